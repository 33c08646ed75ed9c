using System.Runtime.CompilerServices;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// The tokens of a tokenizer by their bytes, as constraints need them; made once and shared. Control tokens and unused ids have no bytes and are
/// never part of a constrained text; end tokens may end it.
/// </summary>
public sealed class TokenVocabulary
{
    private static readonly ConditionalWeakTable<Tokenizer, TokenVocabulary> Known = [];

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly ulong[] _ends;

    /// <summary>Makes a vocabulary.</summary>
    /// <param name="tokenBytes">The bytes of each id; empty for those that must not come.</param>
    /// <param name="endTokens">The ids that end a text.</param>
    /// <exception cref="InkstoneRequestException">An end token is outside the vocabulary.</exception>
    public TokenVocabulary(IReadOnlyList<ReadOnlyMemory<byte>> tokenBytes, IReadOnlyCollection<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(tokenBytes);
        ArgumentNullException.ThrowIfNull(endTokens);
        Count = tokenBytes.Count;
        _starts = new int[Count + 1];
        _ends = new ulong[WordCount];
        EndTokens = [.. endTokens];
        foreach (var id in EndTokens)
        {
            if ((uint)id >= (uint)Count)
                throw new InkstoneRequestException("an end token is outside the vocabulary", nameof(TokenVocabulary), FormattableString.Invariant($"0 to {Count - 1}"), FormattableString.Invariant($"{id}"));
            _ends[id >> 6] |= 1UL << id;
        }
        for (var id = 0; id < Count; id++)
            _starts[id + 1] = _starts[id] + (IsEnd(id) ? 0 : tokenBytes[id].Length);
        _bytes = new byte[_starts[Count]];
        for (var id = 0; id < Count; id++)
        {
            if (!IsEnd(id))
                tokenBytes[id].Span.CopyTo(_bytes.AsSpan(_starts[id]));
        }
        Trie = new(this);
    }

    /// <summary>How many ids there are.</summary>
    public int Count { get; }

    /// <summary>The ids that end a text.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>How many words a mask of all ids has.</summary>
    public int WordCount => (Count + 63) >> 6;

    /// <summary>The tokens' bytes as a tree.</summary>
    internal TokenTrie Trie { get; }

    /// <summary>The bits of the end tokens.</summary>
    internal ReadOnlySpan<ulong> EndMask => _ends;

    /// <summary>The vocabulary of a tokenizer whose end of text ends a text.</summary>
    public static TokenVocabulary Of(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return Known.GetValue(tokenizer, static key => Of(key, key.EndOfText is { } end ? [end] : []));
    }

    /// <summary>The vocabulary of a tokenizer with the end tokens given, made anew: keep it.</summary>
    /// <exception cref="InkstoneRequestException">An end token is outside the vocabulary.</exception>
    public static TokenVocabulary Of(Tokenizer tokenizer, IReadOnlyCollection<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var bytes = new ReadOnlyMemory<byte>[tokenizer.VocabularySize];
        for (var id = 0; id < bytes.Length; id++)
            bytes[id] = tokenizer.IsSpecial(id) || id == tokenizer.UnknownToken ? ReadOnlyMemory<byte>.Empty : BytesOf(tokenizer, id);
        return new(bytes, endTokens);
    }

    /// <summary>The bytes of a token; none if it must not come.</summary>
    internal ReadOnlySpan<byte> Bytes(int id) => _bytes.AsSpan(_starts[id].._starts[id + 1]);

    /// <summary>Whether an id ends a text.</summary>
    internal bool IsEnd(int id) => (uint)id < (uint)Count && (_ends[id >> 6] & (1UL << id)) != 0;

    // A token of one byte that is no character by itself decodes to U+FFFD; what it stands for is its name.
    private static ReadOnlyMemory<byte> BytesOf(Tokenizer tokenizer, int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        return bytes.SequenceEqual("\uFFFD"u8) && tokenizer.IdToToken(id) is { Length: 6 } name && name.StartsWith("<0x", StringComparison.Ordinal)
            && byte.TryParse(name.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)
            ? new byte[] { value } : bytes.ToArray();
    }
}
