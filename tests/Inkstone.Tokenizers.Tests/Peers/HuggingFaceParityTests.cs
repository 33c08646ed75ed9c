using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Ids, offsets, words and text equal to npm tokenizers', live, on published vocabularies and on pipelines of every component.</summary>
public sealed class HuggingFaceParityTests(ITestOutputHelper output)
{
    public static TheoryData<string> Published => ["gpt2", "phi3", "minilm", "bert-cased", "bert-uncased", "bert-chinese", "qwen2"];

    public static TheoryData<string> Pipelines => [.. PipelineSamples.All.Keys];

    [PeerTheory, MemberData(nameof(Published))]
    public void PublishedTokenizersEqual(string name)
    {
        var json = PublishedTokenizers.Json(name);
        var lines = Environment.GetEnvironmentVariable("INKSTONE_PEER_LINES") is { } most ? int.Parse(most) : 300;
        Compare(json, PublishedTokenizers.Lines(lines).Concat(Fuzz(lines)), [true, false]);
    }

    [PeerTheory, MemberData(nameof(Pipelines))]
    public void PipelinesEqual(string name)
    {
        var lines = Environment.GetEnvironmentVariable("INKSTONE_PEER_LINES") is { } most ? int.Parse(most) : 300;
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
                var actual = tokenizer.EncodeDetailed(text, null, new() { Specials = Specials.All, AddSpecial = special, OffsetUnit = OffsetUnit.Bytes });
                var difference = Difference(text, expected, actual);
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

    private static string? Difference(string text, JsonNode expected, TokenEncoding actual)
    {
        if (expected["error"] is { } error)
            return $"the peer fails: {error}";
        var utf8 = Encoding.UTF8.GetBytes(text);
        var characters = new int[utf8.Length + 1];
        for (var i = 0; i < utf8.Length; i++)
            characters[i + 1] = characters[i] + ((utf8[i] & 0xC0) == 0x80 ? 0 : 1);
        // Inside a character, the peer's begins are rounded down and its ends up.
        int Place(int place) => place == 0 || place == utf8.Length || (utf8[place] & 0xC0) != 0x80 ? characters[place] : characters[place] - 1;
        return Row("ids", actual.Tokens.Select(token => $"{token.Id}"), expected["ids"]!)
            ?? Row("offsets", actual.Tokens.Select(token => $"[{Place(token.Offset.Start)},{Place(token.Offset.End)}]"), expected["offsets"]!)
            ?? Row("types", actual.Tokens.Select(token => $"{token.TypeId}"), expected["types"]!)
            ?? Row("special", actual.Tokens.Select(token => token.IsSpecial ? "1" : "0"), expected["special"]!)
            ?? Row("words", actual.Tokens.Select(token => token.WordIndex is { } word ? $"{word}" : "null"), expected["words"]!);

        static string? Row(string what, IEnumerable<string> ours, JsonNode theirs)
        {
            var left = string.Join(' ', ours);
            var right = string.Join(' ', theirs.AsArray().Select(item => item?.ToJsonString() ?? "null"));
            return left == right ? null : $"{what}\n  ours   {left}\n  theirs {right}";
        }
    }
}
