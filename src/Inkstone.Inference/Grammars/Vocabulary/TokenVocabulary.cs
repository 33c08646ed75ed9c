using System.Runtime.CompilerServices;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// The tokens of a tokenizer by their bytes, as constraints need them; made once and shared. Control tokens, unused ids and those that end a text have no
/// bytes here and are never part of a constrained text.
/// </summary>
public sealed class TokenVocabulary
{
    private static readonly ConditionalWeakTable<Tokenizer, TokenVocabulary> Known = [];

    private readonly byte[] _bytes;
    private readonly int[] _starts;

    /// <summary>Makes a vocabulary.</summary>
    /// <param name="tokenBytes">The bytes of each id; empty for those that are never part of a text.</param>
    public TokenVocabulary(IReadOnlyList<ReadOnlyMemory<byte>> tokenBytes)
    {
        ArgumentNullException.ThrowIfNull(tokenBytes);
        Count = tokenBytes.Count;
        _starts = new int[Count + 1];
        for (var id = 0; id < Count; id++)
            _starts[id + 1] = _starts[id] + tokenBytes[id].Length;
        _bytes = new byte[_starts[Count]];
        for (var id = 0; id < Count; id++)
            tokenBytes[id].Span.CopyTo(_bytes.AsSpan(_starts[id]));
        Trie = new(this);
    }

    /// <summary>How many ids there are.</summary>
    public int Count { get; }

    /// <summary>How many words a mask of all ids has.</summary>
    public int WordCount => (Count + 63) >> 6;

    /// <summary>The tokens' bytes as a tree.</summary>
    internal TokenTrie Trie { get; }

    /// <summary>The vocabulary of a tokenizer.</summary>
    public static TokenVocabulary Of(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return Known.GetValue(tokenizer, static key => Of(key, []));
    }

    /// <summary>The vocabulary of a tokenizer, made anew: keep it.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="endTokens">Ids that end a text though the tokenizer has them as ordinary text.</param>
    public static TokenVocabulary Of(Tokenizer tokenizer, IReadOnlyCollection<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(endTokens);
        var bytes = new ReadOnlyMemory<byte>[tokenizer.VocabularySize];
        for (var id = 0; id < bytes.Length; id++)
            bytes[id] = tokenizer.IsSpecial(id) || id == tokenizer.UnknownToken || endTokens.Contains(id) ? ReadOnlyMemory<byte>.Empty : BytesOf(tokenizer, id);
        return new(bytes);
    }

    /// <summary>The bytes of a token; none if it must not come.</summary>
    internal ReadOnlySpan<byte> Bytes(int id) => _bytes.AsSpan(_starts[id].._starts[id + 1]);

    // A token of one byte that is no character by itself decodes to U+FFFD; what it stands for is its name.
    private static ReadOnlyMemory<byte> BytesOf(Tokenizer tokenizer, int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        return bytes.SequenceEqual("\uFFFD"u8) && tokenizer.IdToToken(id) is { Length: 6 } name && name.StartsWith("<0x", StringComparison.Ordinal)
            && byte.TryParse(name.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)
            ? new byte[] { value } : bytes.ToArray();
    }
}
