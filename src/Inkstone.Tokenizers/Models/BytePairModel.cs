using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Byte pair encoding (Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; on bytes, Radford et al.
/// 2019): a piece begins as its bytes or characters, and rules join neighbours, lowest rank first, leftmost first.
/// <para>
/// Cost of a text of n bytes: pre-tokenizing is linear. A piece met lately costs one look-up. A piece that is one token costs one
/// more. Any other piece of length m costs O(m²) steps up to <see cref="LongestShortPiece"/> bytes, which is at most that many
/// steps a byte, and O(m log m) above (<see cref="LongPieceMerger"/>); so text that is cut into short pieces costs O(n), and no
/// text more than O(n log n).
/// </para>
/// </summary>
internal sealed class BytePairModel : TokenModel
{
    /// <summary>Up to this many symbols the quadratic loop over a flat array beats the heap.</summary>
    public const int LongestShortPiece = 64;

    private readonly int[] _byteIds = new int[256];
    private readonly CharacterSymbols? _characters;
    private readonly bool _looksUpWhole;
    private readonly int _prefixLength;
    private readonly int _suffixLength;
    private readonly byte[] _reachable; // of each id: 0 not known yet, 1 its bytes encode to it alone, 2 they do not

    /// <summary>A byte-level model, over a vocabulary with all 256 single bytes.</summary>
    public BytePairModel(PieceTable pieces, MergeTable merges, bool ignoreMerges = false)
        : this(pieces, merges, BytePairOptions.ByteLevel with { IgnoresMerges = ignoreMerges })
    {
    }

    /// <summary>A model.</summary>
    public BytePairModel(PieceTable pieces, MergeTable merges, BytePairOptions options)
    {
        (Pieces, Merges, Options) = (pieces, merges, options);
        _reachable = new byte[pieces.Count];
        _prefixLength = Encoding.UTF8.GetByteCount(options.Prefix ?? "");
        _suffixLength = Encoding.UTF8.GetByteCount(options.Suffix ?? "");
        _looksUpWhole = _prefixLength + _suffixLength == 0 || options.IgnoresMerges;
        if (!options.IsByteLevel)
            _characters = new(pieces, options);
        for (var value = 0; value < 256 && options.IsByteLevel; value++)
            _byteIds[value] = pieces.Find([(byte)value]);
    }

    /// <summary>The vocabulary: bytes of text for a byte-level model, else the tokens as files show them.</summary>
    public PieceTable Pieces { get; }

    /// <summary>The rules.</summary>
    public MergeTable Merges { get; }

    /// <summary>How pieces begin.</summary>
    public BytePairOptions Options { get; }

    /// <summary>Whether a piece that is in the vocabulary is that token even if no merges lead to it.</summary>
    public bool IgnoreMerges => Options.IgnoresMerges;

    /// <summary>The id of each single byte, of a byte-level model.</summary>
    public ReadOnlySpan<int> ByteIds => _byteIds;

    /// <inheritdoc/>
    public override string Name => Options.IsByteLevel ? "byte-level BPE" : "BPE";

    /// <inheritdoc/>
    public override int UnknownId => Options.UnknownId;

    /// <inheritdoc/>
    public override int Count => Pieces.Count;

    /// <inheritdoc/>
    public override string? Text(int id) =>
        Pieces[id] is var bytes && bytes.IsEmpty ? null : Options.IsByteLevel ? ByteLevel.ToText(bytes) : Encoding.UTF8.GetString(bytes);

    /// <inheritdoc/>
    public override int Find(string text)
    {
        if (!Options.IsByteLevel)
            return Pieces.Find(Encoding.UTF8.GetBytes(text));
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        return text.Length > 0 && ByteLevel.TryToBytes(text, bytes) ? Pieces.Find(bytes.WrittenSpan) : -1;
    }

    /// <inheritdoc/>
    public override VocabularyDraft TakeApart() => new BytePairDraft(this);

    /// <inheritdoc/>
    public override void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        var whole = _looksUpWhole ? Pieces.Find(piece) : -1;
        if (whole >= 0 && IsReachable(whole, scratch))
            scratch.Add(whole);
        else
            Merge(piece, scratch);
    }

    /// <inheritdoc/>
    public override void Locate(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids, Span<TextRange> parts)
    {
        if (ids.Length == 1 && _looksUpWhole && Pieces[ids[0]].SequenceEqual(piece))
        {
            parts[0] = new(0, piece.Length);
            return;
        }
        if (_characters is null)
        {
            for (int i = 0, start = 0; i < ids.Length; start = parts[i++].End)
                parts[i] = new(start, start + Pieces[ids[i]].Length);
            return;
        }
        var (symbols, lengths) = (new int[piece.Length], new int[piece.Length]);
        var count = _characters.Find(piece, symbols, lengths);
        for (int i = 0, at = 0, start = 0; i < ids.Length; start = parts[i++].End)
        {
            // The symbols that merged into this token: as many as its own text takes.
            var end = start + lengths[at];
            if (symbols[at++] != ids[i])
            {
                for (var wanted = start + TextLength(ids[i], isFirst: i == 0, isLast: i == ids.Length - 1); end < wanted && at < count; at++)
                    end += lengths[at];
            }
            parts[i] = new(start, end);
        }
    }

    /// <inheritdoc/>
    public override void SamplePiece(ReadOnlySpan<byte> piece, Sampling sampling, EncodeScratch scratch)
    {
        var symbols = scratch.Reserve(piece.Length);
        scratch.Advance(DroppingMerger.Merge(symbols[..Begin(piece, symbols)], Merges, sampling));
    }

    /// <summary>Has a piece that is a token's text be that token, whether or not merging leads there; before the first encoding.</summary>
    internal void TakeWhole(int id) => _reachable[id] = 1;

    private int TextLength(int id, bool isFirst, bool isLast) =>
        Pieces[id].Length - (isFirst ? 0 : _prefixLength) - (isLast ? _suffixLength : 0);

    /// <summary>
    /// Whether a token's own bytes encode to it. Found by encoding them, once, when first asked. Threads that ask at the same time
    /// write the same answer.
    /// </summary>
    private bool IsReachable(int id, EncodeScratch scratch)
    {
        if (IgnoreMerges)
            return true;
        if (_reachable[id] == 0)
        {
            var before = scratch.Count;
            Merge(Pieces[id], scratch);
            _reachable[id] = (byte)(scratch.Ids[before..] is [var only] && only == id ? 1 : 2);
            scratch.Advance(before - scratch.Count);
        }
        return _reachable[id] == 1;
    }

    private void Merge(ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        var tokens = scratch.Reserve(piece.Length);
        tokens = tokens[..Begin(piece, tokens)];
        scratch.Advance(tokens.Length <= LongestShortPiece ? MergeShort(tokens, scratch) : scratch.LongPieces.Merge(tokens, Merges));
    }

    /// <summary>The symbols a piece begins as; returns how many they are.</summary>
    private int Begin(ReadOnlySpan<byte> piece, Span<int> symbols)
    {
        if (_characters is not null)
            return _characters.Find(piece, symbols, []);
        for (var i = 0; i < piece.Length; i++)
            symbols[i] = _byteIds[piece[i]];
        return piece.Length;
    }

    /// <summary>The definition over a flat array in which the rule of each neighbouring pair is kept rather than looked up again.</summary>
    private int MergeShort(Span<int> tokens, EncodeScratch scratch)
    {
        Span<ulong> rules = stackalloc ulong[LongestShortPiece];
        var count = tokens.Length;
        for (var i = 0; i + 1 < count; i++)
            rules[i] = Merges.Find(tokens[i], tokens[i + 1]);
        while (count > 1)
        {
            var best = MergeTable.None;
            var at = -1;
            for (var i = 0; i + 1 < count; i++)
            {
                if (rules[i] < best)
                    (best, at) = (rules[i], i);
            }
            scratch.ShortSteps += count;
            if (at < 0)
                break;
            tokens[at] = (int)(uint)best;
            tokens[(at + 2)..count].CopyTo(tokens[(at + 1)..]);
            rules[(at + 2)..count].CopyTo(rules[(at + 1)..]);
            count--;
            if (at + 1 < count)
                rules[at] = Merges.Find(tokens[at], tokens[at + 1]);
            if (at > 0)
                rules[at - 1] = Merges.Find(tokens[at - 1], tokens[at]);
        }
        return count;
    }
}
