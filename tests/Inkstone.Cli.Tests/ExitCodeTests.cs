namespace Inkstone.Cli.Tests;

/// <summary>The tool as a process: what it says and the codes it ends with.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(0, "--help")]
    [InlineData(2)]
    [InlineData(2, "nonsense")]
    [InlineData(2, "quickstart", "--minutes", "many")]
    [InlineData(2, "quickstart", "--minutes", "0")]
    [InlineData(2, "quickstart", "--size", "enormous")]
    [InlineData(2, "bench", "nothing")]
    [InlineData(2, "plan", "--tokens", "-5")]
    [InlineData(2, "plan", "--batch", "0")]
    [InlineData(2, "generate", ".", "--temperature", "-1")]
    [InlineData(3, "resume", "there-is-no-such-run")]
    [InlineData(3, "generate", "there-is-no-such-model")]
    [InlineData(3, "tokenizer", "encode", "there-is-no-such-file.json", "--text", "x")]
    [InlineData(3, "pretrain", "--config", "there-is-no-such-file.json")]
    public void EndsWithTheCodeThatWasAgreed(int code, params string[] arguments)
    {
        var (exit, output, error) = Tool.Run(arguments);
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
            Assert.Equal(4, Tool.Run("pretrain", "--config", file).Exit);
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
            Assert.Equal(0, Tool.Run("tokenizer", "train", Path.Combine(folder, "a.txt"), "--vocabulary", "280", "-o", file).Exit);
            var ids = Tool.Run("tokenizer", "encode", file, "--text", "the quick fox").Output.Trim();
            Assert.Equal("the quick fox", Tool.Run(["tokenizer", "decode", file, .. ids.Split(' ')]).Output.TrimEnd());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
