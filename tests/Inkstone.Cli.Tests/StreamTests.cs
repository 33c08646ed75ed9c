namespace Inkstone.Cli.Tests;

/// <summary>Standard input and output in the states a shell can leave them in.</summary>
public sealed class StreamTests(TinyTraining training) : IClassFixture<TinyTraining>
{
    [UnixTheory]
    [InlineData("generate {run} --max-tokens 4 <&-", 0)] // standard input closed
    [InlineData("chat {run} <&-", 0)]
    [InlineData("tokenizer encode {run}/tokenizer.json <&-", 0)]
    [InlineData("tokenizer decode {run}/tokenizer.json < /dev/null", 0)]
    [InlineData("generate {run} --max-tokens 4 -p x >&-", 0)] // standard output closed
    [InlineData("generate {run} --max-tokens 4 -p x 2>&-", 0)]
    [InlineData("generate {run} --max-tokens 4 -p x > /dev/full", 5)] // a disk that is full
    [InlineData("resume {run}/nowhere >&- 2>&-", 3)]
    public void EveryStateOfTheStreamsEndsWithACode(string line, int code)
    {
        var (exit, output, error) = Tool.Shell("$inkstone " + line.Replace("{run}", training.Finished(), StringComparison.Ordinal));
        Assert.True(code == exit, $"exit {exit}\n{output}\n{error}");
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", error, StringComparison.Ordinal);
    }

    [UnixFact]
    public void AReaderThatWalksAwayIsNoError()
    {
        var (_, output, error) = Tool.Shell($"$inkstone generate {training.Finished()} --max-tokens 3000 --temperature 0 -p 'The buffer' | head -c 10; echo \" ${{PIPESTATUS[0]}}\"");
        Assert.StartsWith("The buffer", output, StringComparison.Ordinal);
        Assert.Contains(output.Trim().Split(' ')[^1], (string[])["0", "141"]);
        Assert.All(
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.True(line.StartsWith("memory ", StringComparison.Ordinal) || line.StartsWith("defaults ", StringComparison.Ordinal), line));
    }

    [UnixFact]
    public void TextGoesThroughAPipe()
    {
        var tokenizer = Path.Combine(training.Finished(), "tokenizer.json");
        var (exit, output, _) = Tool.Shell($"printf 'The bufferstream' | $inkstone tokenizer encode {tokenizer} | $inkstone tokenizer decode {tokenizer}");
        Assert.Equal((0, "The bufferstream"), (exit, output.TrimEnd()));
        Assert.StartsWith("The buffer", Tool.Shell($"printf 'The buffer' | $inkstone generate {training.Finished()} --max-tokens 3").Output, StringComparison.Ordinal);
    }
}
