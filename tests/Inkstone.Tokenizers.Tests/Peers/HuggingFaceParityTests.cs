using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Ids, offsets, words and text equal to npm tokenizers', live, on published vocabularies and on pipelines of every component.</summary>
public sealed class HuggingFaceParityTests(ITestOutputHelper output)
{
    public static TheoryData<string> Published => ["gpt2", "phi3", "minilm", "bert-cased", "bert-uncased", "bert-chinese", "qwen2", "xlnet", "llama2"];

    public static TheoryData<string> Pipelines => [.. PipelineSamples.All.Keys];

    // XLNet's character map removes controls, after which the peer's offsets are short by as many characters; ids are equal.
    [PeerTheory, MemberData(nameof(Published))]
    public void PublishedTokenizersEqual(string name)
    {
        var json = PublishedTokenizers.Json(name);
        var lines = PeerComparison.Lines;
        Compare(json, PublishedTokenizers.Lines(lines).Concat(Fuzz(lines)).Where(text => name != "xlnet" || !text.Any(char.IsControl)), [true, false]);
    }

    [PeerTheory, MemberData(nameof(Pipelines))]
    public void PipelinesEqual(string name)
    {
        var lines = PeerComparison.Lines;
        Compare(Encoding.UTF8.GetBytes(PipelineSamples.All[name]), PublishedTokenizers.Lines(lines / 3).Concat(Fuzz(lines)), [true, false]);
    }

    private static IEnumerable<string> Fuzz(int count)
    {
        var random = Rng.From(4711).Cursor();
        for (var i = 0; i < count; i++)
            yield return Samples.Random(random, random.NextInt(40));
    }

    private void Compare(byte[] json, IEnumerable<string> texts, bool[] specials)
    {
        var tokenizer = Tokenizer.FromJson(json);
        using var peer = new NodePeer(tokenizer.ToJson());
        var differences = 0;
        var compared = 0;
        foreach (var text in texts)
        {
            foreach (var special in specials)
            {
                var expected = peer.Ask(new JsonObject { ["text"] = text, ["special"] = special });
                var actual = tokenizer.EncodeDetailed(text, null, new() { Specials = Specials.All, AddSpecial = special });
                var difference = PeerComparison.Difference([[text]], areWords: false, expected, actual);
                if (difference is null && !special && !tokenizer.Encode(text, Specials.All).SequenceEqual(actual.Ids))
                    difference = "Encode and EncodeDetailed differ: " + string.Join(' ', tokenizer.Encode(text, Specials.All));
                if (difference is null && special)
                {
                    var back = (string?)peer.Ask(new JsonObject { ["decode"] = new JsonArray([.. actual.Ids.Select(id => (JsonNode)id)]), ["skip"] = true })["text"];
                    if (back != tokenizer.Decode(actual.Ids, skipSpecials: true))
                        difference = $"decoded\n  {back}\n  {tokenizer.Decode(actual.Ids, skipSpecials: true)}";
                }
                compared++;
                if (difference is not null && differences++ < 5)
                    output.WriteLine($"{JsonValue.Create(text).ToJsonString()} special {special}: {difference}");
            }
        }
        output.WriteLine($"{compared} compared, {differences} differ");
        Assert.Equal(0, differences);
    }
}
