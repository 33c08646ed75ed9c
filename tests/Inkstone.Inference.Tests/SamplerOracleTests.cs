using System.Text.Json;

namespace Inkstone.Inference.Tests;

/// <summary>What every sampler leaves, and all in llama.cpp's order, against definitions written out with numpy (<c>tests/oracles/samplers.py</c>).</summary>
public sealed class SamplerOracleTests
{
    private static readonly JsonElement[] Rows =
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "samplers.json"))).RootElement.GetProperty("rows").EnumerateArray()];

    public static TheoryData<int> RowNumbers => [.. Enumerable.Range(0, Rows.Length)];

    [Theory, MemberData(nameof(RowNumbers))]
    public void WhatIsLeftIsTheOracles(int number)
    {
        var row = Rows[number];
        var logits = row.GetProperty("scores").EnumerateArray().Select(score => score.GetInt32() / 64f).ToArray();
        var tokens = row.GetProperty("tokens").Deserialize<int[]>()!;
        var (sampler, cases) = (new Sampler(), 0);
        foreach (var item in row.GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("options").GetRawText();
            var options = OptionsOf(item.GetProperty("options"));
            var proposal = new Proposal();
            sampler.Propose(logits, new SamplerInput(options, tokens, row.GetProperty("prompt").GetInt32()), proposal);
            var found = proposal.Tokens.ToArray().Zip(proposal.Probabilities.ToArray()).ToDictionary(pair => pair.First, pair => pair.Second);
            var left = item.GetProperty("left").Deserialize<int[]>()!;
            Assert.True(left.Order().SequenceEqual(found.Keys.Order()), $"{text}: {string.Join(' ', left.Order())} | {string.Join(' ', found.Keys.Order())}");
            var probabilities = item.GetProperty("probabilities").Deserialize<double[]>()!;
            for (var i = 0; i < left.Length; i++)
                Assert.True(Math.Abs(probabilities[i] - found[left[i]]) < 1e-8, $"{text}, token {left[i]}: {probabilities[i]} and {found[left[i]]}");
            cases++;
        }
        Assert.True(cases >= 20, $"{cases} cases");
    }

    private static SamplingOptions OptionsOf(JsonElement json)
    {
        var known = typeof(SamplingOptions).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).ToHashSet();
        Assert.All(json.EnumerateObject(), member => Assert.Contains(member.Name, known));
        var breakers = json.TryGetProperty("dryBreakTokens", out var list) ? list.Deserialize<int[]>()! : [];
        double Number(string name, double otherwise) => json.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
        return new SamplingOptions
        {
            TopK = (int)Number("topK", 0),
            TopP = Number("topP", 1),
            MinP = Number("minP", 0),
            TypicalP = Number("typicalP", 1),
            TopNSigma = Number("topNSigma", 0),
            Temperature = Number("temperature", 1),
            RepetitionPenalty = Number("repetitionPenalty", 1),
            RepetitionWindow = (int)Number("repetitionWindow", 0),
            PresencePenalty = Number("presencePenalty", 0),
            FrequencyPenalty = Number("frequencyPenalty", 0),
            DryMultiplier = Number("dryMultiplier", 0),
            DryBase = Number("dryBase", 1.75),
            DryAllowedLength = (int)Number("dryAllowedLength", 2),
            DryBreakTokens = breakers,
        };
    }
}
