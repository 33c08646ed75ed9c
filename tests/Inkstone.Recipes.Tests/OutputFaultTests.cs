using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes.Tests;

/// <summary>Output folders that exist, and what a run that could not begin leaves: nothing.</summary>
public sealed class OutputFaultTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void ARunFolderThatExistsIsLeftAsItIs()
    {
        PretrainRecipe.Run(_runs.Options("run", 1));
        var before = Directory.EnumerateFiles(_runs.In("run"), "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes);
        var error = Assert.Throws<InkstoneRequestException>(() => PretrainRecipe.Run(_runs.Options("run", 1)));
        Assert.Equal(2, error.ExitCode);
        Assert.Contains("already holds a run", error.Message, StringComparison.Ordinal);
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Fact]
    public void APathThatIsAFilesIsRefused()
    {
        _runs.WriteFile("run", "mine");
        Assert.Equal(2, Assert.Throws<InkstoneRequestException>(() => PretrainRecipe.Run(_runs.Options("run"))).ExitCode);
        Assert.Equal("mine", File.ReadAllText(_runs.In("run")));
    }

    [Fact]
    public void AFolderOfTheUsersOwnStaysWhenTheRunCannotBegin()
    {
        Directory.CreateDirectory(_runs.In("run"));
        Assert.Throws<InkstoneNotFoundException>(() => PretrainRecipe.Run(_runs.Options("run") with { Text = _runs.In("missing") }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_runs.In("run")));
        Assert.Equal(1, PretrainRecipe.Run(_runs.Options("run", 1)).Steps);
    }

    [Fact]
    public void ARunThatIsStoppedBeforeItsPlanLeavesNothing()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => PretrainRecipe.Run(_runs.Options("run"), cancellation: stop.Token));
        Assert.False(Directory.Exists(_runs.In("run")));
    }
}
