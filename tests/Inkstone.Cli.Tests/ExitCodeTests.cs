using System.Diagnostics;

namespace Inkstone.Cli.Tests;

/// <summary>The tool as a process: what it says and the codes it ends with.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(0, "--help")]
    [InlineData(0, "quickstart", "--help")]
    [InlineData(0, "tokenizer", "train", "--help")]
    [InlineData(2)]
    [InlineData(2, "nonsense")]
    [InlineData(2, "quickstart", "--minutes", "many")]
    [InlineData(2, "quickstart", "--minutes", "0")]
    [InlineData(2, "quickstart", "--size", "enormous")]
    [InlineData(2, "bench", "nothing")]
    [InlineData(3, "resume", "there-is-no-such-run")]
    [InlineData(3, "generate", "there-is-no-such-model")]
    [InlineData(3, "tokenizer", "encode", "there-is-no-such-file.json", "--text", "x")]
    [InlineData(3, "pretrain", "--config", "there-is-no-such-file.json")]
    public void EndsWithTheCodeThatWasAgreed(int code, params string[] arguments)
    {
        var (exit, output, error) = Run(arguments);
        Assert.True(code == exit, $"exit {exit}\n{output}\n{error}");
        if (code != 0)
            Assert.NotEmpty(error);
        Assert.DoesNotContain("   at Inkstone.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ABrokenConfigurationIsABadFile()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "{ \"surprise\": 1 }");
            Assert.Equal(4, Run("pretrain", "--config", file).Exit);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void ATokenizerGoesThereAndBack()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-cli-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.txt"), string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog\n", 60)));
            var file = Path.Combine(folder, "tokenizer.json");
            Assert.Equal(0, Run("tokenizer", "train", Path.Combine(folder, "a.txt"), "--vocabulary", "280", "-o", file).Exit);
            var ids = Run("tokenizer", "encode", file, "--text", "the quick fox").Output.Trim();
            Assert.Equal("the quick fox", Run(["tokenizer", "decode", file, .. ids.Split(' ')]).Output.TrimEnd());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Exit, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "inkstone.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
