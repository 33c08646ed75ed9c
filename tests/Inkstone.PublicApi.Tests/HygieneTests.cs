namespace Inkstone.PublicApi.Tests;

/// <summary>What no tracked file may hold.</summary>
public sealed class HygieneTests
{
    private static readonly string[] Sources = [".cs", ".csproj", ".props", ".md", ".sh", ".json", ".slnx", ".svg"];

    // put together here, so that this file does not hold them itself
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];

    [Fact]
    public void NothingIsLeftUnfinished()
    {
        foreach (var file in Repository.TrackedFiles().Where(file => Sources.Contains(Path.GetExtension(file))))
        {
            var text = File.ReadAllText(Path.Combine(Repository.Root, file));
            Assert.All(Unfinished, mark => Assert.False(text.Contains(mark, StringComparison.Ordinal), $"{file} holds {mark}"));
        }
    }

    [Fact]
    public void NoFileIsLargerThanWhatWasWrittenByHand() =>
        Assert.All(Repository.TrackedFiles(), file => Assert.True(new FileInfo(Path.Combine(Repository.Root, file)).Length < 1_100_000, file));
}
