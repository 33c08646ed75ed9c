using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Published tokenizers beside npm tokenizers and tiktoken, live, over some 30 MB of text and a million fuzzed strings each: minutes
/// for each, so only where INKSTONE_PEER_WHOLE is 1. SentencePiece's are compared in <see cref="SentencePieceParityTests"/>.
/// </summary>
public sealed class WholeParityTests(ITestOutputHelper output)
{
    private const int BatchLength = 400_000;
    private static readonly bool IsAsked = Environment.GetEnvironmentVariable("INKSTONE_PEER_WHOLE") == "1";
    private long _bytes, _texts, _tokens, _differences;

    public static TheoryData<string> Names => IsAsked ? ["gpt2", "cl100k", "llama3", "phi3", "qwen2", "minilm", "bert-cased", "bert-uncased", "bert-chinese"] : ["cl100k"];

    [PeerTheory, MemberData(nameof(Names))]
    public void EverythingEqual(string name)
    {
        var ranks = name switch { "cl100k" => SharedData.Path("tokenizers/tiktoken/cl100k_base.tiktoken"), "llama3" => SharedData.Path("tokenizers/llama3/tokenizer.model"), _ => null };
        var tokenizer = ranks is not null ? Tokenizer.FromRanks(File.ReadAllBytes(ranks), PreTokenizer.Gpt4) : Tokenizer.FromJson(PublishedTokenizers.Json(name));
        using var peer = ranks is not null ? new NodePeer("ranks", ranks, PreTokenizer.Gpt4.Pattern) : new NodePeer(tokenizer.ToJson());
        var offsets = ranks is null;
        foreach (var batch in Batches(Lines()))
            Compare(peer, tokenizer, batch, offsets);
        output.WriteLine($"{name}: text: {_texts} lines of {_bytes} bytes, {_tokens} tokens, {_differences} lines differ");
        (_texts, _bytes, _tokens) = (0, 0, 0);
        var random = Rng.From(31).Cursor();
        foreach (var batch in Batches(Enumerable.Range(0, IsAsked ? 1_000_000 : 10_000).Select(_ => Samples.Random(random, random.NextInt(24)))))
            Compare(peer, tokenizer, batch, offsets);
        output.WriteLine($"{name}: fuzz: {_texts} strings of {_bytes} bytes, {_tokens} tokens, {_differences} lines and strings differ");
        Assert.Equal(0, _differences);
    }

    private static IEnumerable<string> Lines()
    {
        string[] files = !IsAsked ? [SharedData.Path("text-en/tinyshakespeare.txt")]
            : [.. ((string[])["text-en/novels", "text-zh", "mt/multi30k", "ud"]).SelectMany(folder => Directory.EnumerateFiles(SharedData.Path(folder), "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal)];
        return files.SelectMany(file => Samples.Lines(File.ReadAllText(file)));
    }

    private static IEnumerable<List<string>> Batches(IEnumerable<string> texts)
    {
        var batch = new List<string>();
        var length = 0;
        foreach (var text in texts)
        {
            batch.Add(text);
            length += text.Length + 8;
            if (length < BatchLength)
                continue;
            yield return batch;
            (batch, length) = ([], 0);
        }
        yield return batch;
    }

    private void Compare(NodePeer peer, Tokenizer tokenizer, List<string> batch, bool offsets)
    {
        var answer = peer.AskText(new JsonObject { ["texts"] = new JsonArray([.. batch.Select(text => (JsonNode)text)]), ["offsets"] = offsets });
        var reply = JsonSerializer.Deserialize<Reply>(answer, JsonSerializerOptions.Web)!;
        // The peer recognises control tokens; tiktoken does not.
        var specials = offsets ? Specials.All : Specials.None;
        Parallel.For(0, batch.Count, i =>
        {
            var ids = tokenizer.Encode(batch[i], specials);
            var same = ids.AsSpan().SequenceEqual(reply.Ids[i]) && (!offsets || SameOffsets(tokenizer.EncodeDetailed(batch[i], null, new() { Specials = specials }), batch[i], reply.Offsets![i]));
            Interlocked.Increment(ref _texts);
            Interlocked.Add(ref _bytes, Encoding.UTF8.GetByteCount(batch[i]));
            Interlocked.Add(ref _tokens, ids.Length);
            if (!same && Interlocked.Increment(ref _differences) <= 5)
                output.WriteLine($"{JsonValue.Create(batch[i]).ToJsonString()}\n  ours   {string.Join(' ', ids)}\n  theirs {string.Join(' ', reply.Ids[i])}");
        });
    }

    private static bool SameOffsets(TokenEncoding encoding, string text, int[] expected)
    {
        var characters = PeerComparison.Characters(text);
        var same = 2 * encoding.Count == expected.Length;
        for (var i = 0; same && i < encoding.Count; i++)
            same = characters[encoding.Tokens[i].Offset.Start] == expected[2 * i] && characters[encoding.Tokens[i].Offset.End] == expected[(2 * i) + 1];
        return same;
    }

    private sealed record Reply(int[][] Ids, int[][]? Offsets);
}
