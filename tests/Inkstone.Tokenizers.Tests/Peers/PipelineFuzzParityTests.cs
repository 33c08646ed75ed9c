using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Pipelines put together at random beside npm tokenizers, live: pairs, words split before, shortening, filling up, decoding.</summary>
public sealed class PipelineFuzzParityTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, (int Count, string Example)> _differences = [];
    private int _compared, _refused;

    [PeerTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomPipelinesEqual(int seed)
    {
        var random = Rng.From(seed).Split("pipelines").Cursor();
        using var peer = new NodePeer();
        for (var round = PeerComparison.Lines; round > 0; round--)
        {
            var file = PipelineFuzz.Tokenizer(random);
            var plain = Encoding.UTF8.GetBytes(file.ToJsonString());
            var (truncation, padding) = PipelineFuzz.Lengths(random);
            (file["truncation"], file["padding"]) = (truncation, padding);
            var bytes = Encoding.UTF8.GetBytes(file.ToJsonString());
            if (!peer.Load(bytes))
            {
                Report(file, "load", "the peer refuses it");
                continue;
            }
            var tokenizer = Tokenizer.FromJson(bytes);
            for (var n = 0; n < 12; n++)
                CompareLengths(peer, file, tokenizer, random);
            peer.Load(plain);
            for (var n = 0; n < 12; n++)
            {
                Compare(peer, file, tokenizer, random);
                CompareDecoding(peer, file, tokenizer, random);
            }
        }
        output.WriteLine($"{_compared} compared, {_refused} refused, {_differences.Values.Sum(kind => kind.Count)} differ");
        foreach (var (kind, (count, example)) in _differences.OrderByDescending(kind => kind.Value.Count).Take(8))
            output.WriteLine($"{count} × {kind}\n{example}");
        Assert.Empty(_differences);
    }

    private void Compare(NodePeer peer, JsonNode file, Tokenizer tokenizer, RngCursor random)
    {
        var request = Request(random, out var texts, out var areWords);
        var actual = Encode(tokenizer, texts, areWords, (bool)request["special"]!, null, null);
        Check(file, request, PeerComparison.Difference(texts, areWords, peer.Ask(request), actual, !areWords || SetsTypes(file, texts)));
    }

    private void CompareLengths(NodePeer peer, JsonNode file, Tokenizer tokenizer, RngCursor random)
    {
        var request = Request(random, out var texts, out var areWords);
        request["staged"] = true;
        TokenEncoding actual;
        try
        {
            actual = Encode(tokenizer, texts, areWords, (bool)request["special"]!, tokenizer.Truncation, tokenizer.Padding);
        }
        catch (InkstoneRequestException error)
        {
            // A stride that is too large ends the peer's process.
            _refused++;
            if (!error.Message.Contains("stride") && peer.Ask(request)["error"] is null)
                Report(file, "lengths", $"{request.ToJsonString()}: {error.Message}");
            return;
        }
        Check(file, request, PeerComparison.Difference(texts, areWords, peer.Ask(request), actual, SetsTypes(file, texts)));
    }

    private void CompareDecoding(NodePeer peer, JsonNode file, Tokenizer tokenizer, RngCursor random)
    {
        var ids = Enumerable.Range(0, random.NextInt(10)).Select(_ => random.NextInt(tokenizer.VocabularySize)).ToArray();
        // The peer does not know its special tokens again once they are normalised.
        if (file["normalizer"] is not null)
            ids = [.. ids.Where(id => !tokenizer.AddedTokens.Any(token => token.Id == id && token is { IsNormalized: true, IsSpecial: true }))];
        var skip = random.NextInt(2) == 0;
        var back = peer.Ask(new JsonObject { ["decode"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]), ["skip"] = skip })["text"];
        var ours = tokenizer.Decode(ids, skip);
        var streaming = StreamingDecoderTests.Stream(tokenizer, ids, skip);
        if (streaming != ours)
            Report(file, "streaming", $"{string.Join(' ', ids)}\n  whole   {JsonValue.Create(ours).ToJsonString()}\n  streams {JsonValue.Create(streaming).ToJsonString()}\n  {file["decoder"]?.ToJsonString()}");
        if ((string?)back != ours)
            Report(file, "decoder", $"{string.Join(' ', ids)}\n  ours   {JsonValue.Create(ours).ToJsonString()}\n  theirs {back?.ToJsonString()}\n  tokens {string.Join(' ', ids.Select(tokenizer.IdToToken))}\n  {file["decoder"]?.ToJsonString()}");
        _compared++;
    }

    private void Check(JsonNode file, JsonObject request, string? difference)
    {
        _compared++;
        if (difference is not null)
            Report(file, difference.Split(['\n', ' '])[0] + " " + (request.ContainsKey("staged") ? "staged" : "whole"), $"{request.ToJsonString()} {difference}");
    }

    private void Report(JsonNode file, string kind, string what)
    {
        var shown = $"{what}\n  normalizer {file["normalizer"]?.ToJsonString()} pre {file["pre_tokenizer"]?.ToJsonString()} post {file["post_processor"]?.ToJsonString()}"
            + $"\n  added {file["added_tokens"]!.ToJsonString()} model {(string?)file["model"]!["type"]}"
            + (kind.EndsWith("staged", StringComparison.Ordinal) ? $"\n  {file["truncation"]?.ToJsonString()} {file["padding"]?.ToJsonString()}" : "");
        var known = _differences.TryGetValue(kind, out var before);
        _differences[kind] = (before.Count + 1, known && before.Example.Length <= shown.Length ? before.Example : shown);
    }

    // The segments of a pair are lost between the peer's stages, but for processors that set them all.
    private static bool SetsTypes(JsonNode file, string[][] texts) =>
        texts.Length == 1 || (file["post_processor"]?.ToJsonString() is { } processor && (processor.Contains("Template") || processor.Contains("Roberta")));

    private static TokenEncoding Encode(Tokenizer tokenizer, string[][] texts, bool areWords, bool special, Truncation? truncation, Padding? padding)
    {
        var options = new EncodeOptions { Specials = Specials.All, AddSpecial = special, Truncation = truncation, Padding = padding };
        return areWords ? tokenizer.EncodeWords(texts[0], texts.Length > 1 ? texts[1] : null, options)
            : tokenizer.EncodeDetailed(texts[0][0], texts.Length > 1 ? texts[1][0] : null, options);
    }

    private static JsonObject Request(RngCursor random, out string[][] texts, out bool areWords)
    {
        areWords = random.NextInt(3) == 0;
        var counts = areWords ? 5 : 0;
        texts = [.. Enumerable.Range(0, 1 + random.NextInt(2)).Select(_ => Enumerable.Range(0, 1 + random.NextInt(counts + 1)).Select(_ => PipelineFuzz.Text(random)).ToArray())];
        var request = new JsonObject { ["special"] = random.NextInt(2) == 0 };
        request["text"] = Node(texts[0], areWords);
        if (areWords)
            request["staged"] = true;
        if (texts.Length > 1)
            request["pair"] = Node(texts[1], areWords);
        return request;
    }

    private static JsonNode Node(string[] words, bool areWords) => areWords ? new JsonArray([.. words.Select(word => (JsonNode)word)]) : words[0];
}
