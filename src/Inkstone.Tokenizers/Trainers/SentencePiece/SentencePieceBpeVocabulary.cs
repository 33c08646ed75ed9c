using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The pieces of a BPE model while it is being trained: one that nothing is merged with, for characters that need not be covered; characters; merged ones.</summary>
internal sealed class SentencePieceBpeVocabulary : IMergedVocabulary
{
    private const int Uncovered = 0;
    private const int LongestBytes = 4 * 64;
    private readonly SentencePieceRules _rules;
    private readonly List<byte[]> _bytes = [[]];
    private readonly List<short[]> _kinds = [[]]; // of each character
    private readonly Dictionary<int, int> _ids = [];
    private readonly Dictionary<string, int> _merged = new(StringComparer.Ordinal); // −1: reserved

    /// <summary>The vocabulary of these characters.</summary>
    public SentencePieceBpeVocabulary(IReadOnlyList<Rune> characters, SentencePieceTrainerOptions options)
    {
        _rules = new(options);
        foreach (var text in SentencePieceTraining.Reserved(options))
            _merged.Add(text, -1);
        foreach (var character in characters)
        {
            _ids.Add(character.Value, Count);
            Add(Encoding.UTF8.GetBytes(character.ToString()), [SentencePieceRules.KindOf(character)]);
        }
        FirstMerged = Count;
    }

    /// <summary>The merged pieces, in the order of their making; a space is one byte.</summary>
    public IEnumerable<byte[]> Merged => _bytes.Skip(FirstMerged);

    /// <inheritdoc/>
    public int Count => _bytes.Count;

    /// <summary>In characters; what is not covered is longer than any piece may be.</summary>
    public List<int> Lengths { get; } = [int.MaxValue];

    private int FirstMerged { get; }

    /// <inheritdoc/>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens)
    {
        var count = 0;
        foreach (var character in UnigramWords.Characters(piece))
            tokens[count++] = _ids.GetValueOrDefault(character.Value, Uncovered);
        return count;
    }

    /// <inheritdoc/>
    public bool TryMerge(int left, int right, out int result)
    {
        byte[] bytes = [.. _bytes[left], .. _bytes[right]];
        short[] kinds = [.. _kinds[left], .. _kinds[right]];
        result = -1;
        if (!_rules.IsPiece(kinds))
            return false;
        var text = SentencePieceTraining.Print(bytes);
        if (!_merged.TryGetValue(text, out result))
        {
            result = Count;
            _merged.Add(text, result);
            Add(bytes, kinds);
        }
        return result >= 0;
    }

    /// <summary>Whether a pair is to go before another of equal count: the shorter text does, then the lower.</summary>
    public bool IsGreater(ulong pair, ulong other)
    {
        var (left, right) = ((int)(pair >> 32), (int)(uint)pair);
        var (otherLeft, otherRight) = ((int)(other >> 32), (int)(uint)other);
        var shorter = Lengths[left] + Lengths[right] - Lengths[otherLeft] - Lengths[otherRight];
        if (shorter != 0)
            return shorter < 0;
        var order = Compare(left, right, otherLeft, otherRight);
        // Two ways to one text: the lower left piece.
        return order != 0 ? order < 0 : pair < other;
    }

    private void Add(byte[] bytes, short[] kinds)
    {
        _bytes.Add(bytes);
        _kinds.Add(kinds);
        Lengths.Add(kinds.Length);
    }

    /// <summary>Compares what two pairs are put together.</summary>
    private int Compare(int left, int right, int otherLeft, int otherRight)
    {
        Span<byte> text = stackalloc byte[LongestBytes], other = stackalloc byte[LongestBytes];
        return Join(left, right, text).SequenceCompareTo(Join(otherLeft, otherRight, other));
    }

    private ReadOnlySpan<byte> Join(int left, int right, Span<byte> text)
    {
        _bytes[left].CopyTo(text);
        _bytes[right].CopyTo(text[_bytes[left].Length..]);
        return text[..(_bytes[left].Length + _bytes[right].Length)];
    }
}
