using System.Text;
using Inkstone.Foundation.Randomness;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>Vocabularies and helpers for tests of grammars.</summary>
internal static class GrammarSamples
{
    private static readonly Lazy<TokenVocabulary> LazySmall = new(Small);

    /// <summary>Every byte, and pieces of JSON and of words; id 0 is a control token.</summary>
    public static TokenVocabulary SmallVocabulary => LazySmall.Value;

    public static byte[][] TokensOf(TokenVocabulary vocabulary) => [.. Enumerable.Range(0, vocabulary.Count).Select(id => vocabulary.Bytes(id).ToArray())];

    public static TokenVocabulary VocabularyOf(params string[] tokens) => new([ReadOnlyMemory<byte>.Empty, .. tokens.Select(token => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(token)))]);

    /// <summary>Third-party data beside the repository; null where it is not there.</summary>
    public static string? SharedData(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Inkstone.slnx")))
                continue;
            var path = Path.Combine(folder.FullName, "..", "shared", "data", relative);
            return File.Exists(path) ? path : null;
        }
        return null;
    }

    /// <summary>The mask of a state by trying every token byte by byte.</summary>
    public static bool[] NaiveMask(PushdownMachine machine, MatcherState state, byte[][] tokens) => [.. tokens.Select(token =>
    {
        var after = state;
        foreach (var value in token)
            after = machine.Step(after, value);
        return token.Length > 0 && !after.IsDead;
    })];

    public static bool[] Mask(GrammarConstraint constraint, int count)
    {
        var bits = new ulong[(count + 63) / 64];
        constraint.Allow(bits);
        return [.. Enumerable.Range(0, count).Select(id => (bits[id >> 6] & (1UL << id)) != 0)];
    }

    private static TokenVocabulary Small()
    {
        var random = Rng.From(5).Cursor();
        var tokens = new HashSet<string>(StringComparer.Ordinal) { "\":", "\",", "\"}", "{\"", "\": ", "\", ", "},", "],", "[[", "true", "false", "null", "  ", "    ", "\n  ", "12", "345", "0.", "e+", "\\\"", "\\n", "\\u00", "日本", "é", "日本語", "😀a" };
        while (tokens.Count < 700)
            tokens.Add(string.Concat(Enumerable.Range(0, 2 + random.NextInt(5)).Select(_ => (char)('a' + random.NextInt(26)))));
        ReadOnlyMemory<byte>[] all = [ReadOnlyMemory<byte>.Empty, .. Enumerable.Range(0, 256).Select(value => new ReadOnlyMemory<byte>([(byte)value])),
            .. tokens.Select(token => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(token))), new byte[] { 0xE6, 0x97 }, new byte[] { 0xA5, 0x22 }];
        return new(all);
    }

    public static TokenVocabulary? Shared(string name) => name switch
    {
        "gpt2" when SharedData("tokenizers/gpt2/tokenizer.json") is { } path => TokenVocabulary.Of(Tokenizer.Load(path)),
        "llama2" when SharedData("tokenizers/llama2/tokenizer.model") is { } path => TokenVocabulary.Of(Tokenizer.FromSentencePiece(File.ReadAllBytes(path))),
        "phi3" when SharedData("tokenizers/phi3/tokenizer.json") is { } path => TokenVocabulary.Of(Tokenizer.Load(path)),
        "llama3" when SharedData("tokenizers/llama3/tokenizer.model") is { } path => TokenVocabulary.Of(Tokenizer.Load(path)),
        "qwen2" when SharedData("tokenizers/qwen2/vocab.json") is { } path => TokenVocabulary.Of(Tokenizer.FromMerges(
            File.ReadAllBytes(path), File.ReadAllBytes(SharedData("tokenizers/qwen2/merges.txt")!), addedTokens: [new AddedToken(151_643, "<|endoftext|>") { IsSpecial = true }])),
        _ => null,
    };
}
