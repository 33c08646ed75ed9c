using System.Text.Json;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Recipes.Tests;

namespace Inkstone.Cli.Tests;

/// <summary>The command around quantisation: what it prints, how it ends, what it leaves.</summary>
public sealed class QuantizeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-quantize-").FullName;

    public QuantizeTests()
    {
        ByteModelFile.Write(Source, new Llama(ByteModelFile.Llama with { LayerCount = 1, InitialDeviation = 0.2 }, Rng.From(2)));
        File.WriteAllText(Text, string.Concat(Enumerable.Range(0, 400).Select(i => $"line {i} of {i * 7 % 31}\n")));
    }

    private string Source => Path.Combine(_folder, "source.gguf");

    private string Target => Path.Combine(_folder, "target.gguf");

    private string Text => Path.Combine(_folder, "text.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("plain")]
    [InlineData("gptq")]
    [InlineData("awq")]
    public void JsonHoldsTheComparison(string method)
    {
        var (exit, output, error) = Tool.Run("quantize", Source, "Q8_0", "-o", Target, "--calibration", Text, "--method", method, "--min-agreement", "50", "--json");
        Assert.True(exit == 0, error);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.True(json.GetProperty("exists").GetBoolean());
        Assert.Equal(0, json.GetProperty("missed").GetArrayLength());
        var quality = json.GetProperty("quality");
        Assert.InRange(quality.GetProperty("divergence").GetDouble(), 0, 0.1);
        Assert.InRange(quality.GetProperty("agreement").GetDouble(), 0.5, 1);
        foreach (var name in (string[])["perplexity", "referencePerplexity", "worstDivergence", "tokens"])
            Assert.True(quality.GetProperty(name).GetDouble() > 0, name);
    }

    [Fact]
    public void WhatMissesItsBoundEndsInOneAndLeavesNothing()
    {
        string[] line = ["quantize", Source, "Q4_0", "-o", Target, "--evaluate", Text, "--min-agreement", "100"];
        var (exit, output, error) = Tool.Run(line);
        Assert.Equal(1, exit);
        Assert.Contains("same first choice", output, StringComparison.Ordinal);
        Assert.Contains("100 % are asked for. No file was left.", error, StringComparison.Ordinal);
        Assert.Equal(["source.gguf", "text.txt"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        (exit, _, error) = Tool.Run([.. line, "--keep"]);
        Assert.Equal((1, true), (exit, File.Exists(Target)));
        Assert.DoesNotContain("No file was left", error, StringComparison.Ordinal);
    }

    [Fact]
    public void AMethodWithoutATextIsWrongUsage()
    {
        var (exit, _, error) = Tool.Run("quantize", Source, "Q4_0", "-o", Target, "--method", "gptq");
        Assert.Equal(2, exit);
        Assert.Contains("--calibration", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }
}
