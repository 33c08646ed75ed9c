namespace Inkstone.PublicApi.Tests;

public sealed class ReadmeTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void TheProgramIsTheOneThatIsCompiled(string page)
    {
        var text = Repository.Read(page);
        var start = text.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var shown = text[start..text.IndexOf("\n```", start, StringComparison.Ordinal)];
        Assert.Equal(Program(), shown);
    }

    [Fact]
    public async Task TheProgramRuns()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-readme-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "poem.txt"), string.Concat(Enumerable.Repeat("Bright moonlight before my bed, I took it for frost on the ground.\n", 200)));
            await ReadmeProgram.RunAsync(folder, steps: 2);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void TheTwoCommandsAreThere(string page)
    {
        var text = Repository.Read(page);
        Assert.Contains("    dotnet run -c Release --project src/Inkstone.Cli -- quickstart\n    dotnet test -c Release\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void EveryLinkedFileExists(string page)
    {
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(Repository.Read(page), @"\]\(([^)#]+)\)"))
            Assert.True(File.Exists(Path.Combine(Repository.Root, link.Groups[1].Value)), link.Value);
    }

    private static string Program()
    {
        var lines = Repository.Read("tests", "Inkstone.PublicApi.Tests", "ReadmeProgram.cs").Split('\n');
        var start = Array.FindIndex(lines, line => line.Contains("// <program>", StringComparison.Ordinal)) + 1;
        var end = Array.FindIndex(lines, line => line.Contains("// </program>", StringComparison.Ordinal));
        return string.Join('\n', lines[start..end].Select(line => line.Length > 8 ? line[8..] : ""))
            .Replace("TextSource.Read(path);", "TextSource.Read(\"docs/\");", StringComparison.Ordinal)
            .Replace("Steps = steps", "Steps = 2_000", StringComparison.Ordinal);
    }
}
