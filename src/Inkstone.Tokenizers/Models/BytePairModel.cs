namespace Inkstone.Tokenizers;

/// <summary>
/// Byte-level byte pair encoding (Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; on bytes,
/// Radford et al. 2019): a piece begins as its bytes, and rules join neighbours, lowest rank first, leftmost first.
/// <para>
/// Cost of a text of n bytes: pre-tokenizing is linear. A piece met lately costs one look-up. A piece that is one token costs one
/// more. Any other piece of length m costs O(m²) steps up to <see cref="LongestShortPiece"/> bytes, which is at most that many
/// steps a byte, and O(m log m) above (<see cref="LongPieceMerger"/>); so text that is cut into short pieces costs O(n), and no
/// text more than O(n log n).
/// </para>
/// </summary>
internal sealed class BytePairModel
{
    /// <summary>Up to this many bytes the quadratic loop over a flat array beats the heap.</summary>
    public const int LongestShortPiece = 64;

    private readonly int[] _byteIds = new int[256];
    private readonly byte[] _reachable; // of each id: 0 not known yet, 1 its bytes encode to it alone, 2 they do not
    private readonly EncodeScratch?[] _spares = new EncodeScratch?[Environment.ProcessorCount];

    /// <summary>A model over a vocabulary with all 256 single bytes.</summary>
    public BytePairModel(PieceTable pieces, MergeTable merges, bool ignoreMerges = false)
    {
        (Pieces, Merges, IgnoreMerges) = (pieces, merges, ignoreMerges);
        _reachable = new byte[pieces.Count];
        for (var value = 0; value < 256; value++)
            _byteIds[value] = pieces.Find([(byte)value]);
    }

    /// <summary>The vocabulary.</summary>
    public PieceTable Pieces { get; }

    /// <summary>The rules.</summary>
    public MergeTable Merges { get; }

    /// <summary>Whether a piece that is in the vocabulary is that token even if no merges lead to it.</summary>
    public bool IgnoreMerges { get; }

    /// <summary>The id of each single byte.</summary>
    public ReadOnlySpan<int> ByteIds => _byteIds;

    /// <summary>Working memory for one call; the same few go from call to call.</summary>
    public EncodeScratch Rent()
    {
        foreach (ref var spare in _spares.AsSpan())
        {
            if (spare is not null && Interlocked.Exchange(ref spare, null) is { } scratch)
                return scratch;
        }
        return new EncodeScratch();
    }

    /// <summary>Gives working memory back; one for each processor is kept.</summary>
    public void Return(EncodeScratch scratch)
    {
        scratch.Clear();
        foreach (ref var spare in _spares.AsSpan())
        {
            if (spare is null && Interlocked.CompareExchange(ref spare, scratch, null) is null)
                return;
        }
    }

    /// <summary>Appends the ids of a text.</summary>
    public void Encode(ReadOnlySpan<byte> utf8, PreTokenizer preTokenizer, EncodeScratch scratch)
    {
        var start = 0;
        while (start < utf8.Length)
        {
            var end = preTokenizer.Next(utf8, start);
            var length = end - start;
            if (length <= WordCache.LongestPiece)
            {
                ByteHash.Pack(utf8, start, length, out var low, out var high);
                var known = scratch.Cache.Find(low, high);
                if (known.Length == 1)
                    scratch.Add(known[0]);
                else if (!known.IsEmpty)
                {
                    known.CopyTo(scratch.Reserve(known.Length));
                    scratch.Advance(known.Length);
                }
                else
                {
                    var before = scratch.Count;
                    EncodePiece(utf8.Slice(start, length), scratch);
                    var tokens = scratch.Ids[before..];
                    if (tokens.Length <= WordCache.MostTokens)
                        scratch.Cache.Add(low, high, tokens);
                }
            }
            else
                EncodePiece(utf8.Slice(start, length), scratch);
            start = end;
        }
    }

    /// <summary>Appends the ids of one piece.</summary>
    public void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        var whole = Pieces.Find(piece);
        if (whole >= 0 && IsReachable(whole, scratch))
            scratch.Add(whole);
        else
            Merge(piece, scratch);
    }

    /// <summary>The ids of one piece by themselves.</summary>
    public int[] EncodeWhole(ReadOnlySpan<byte> piece)
    {
        var scratch = Rent();
        EncodePiece(piece, scratch);
        int[] ids = [.. scratch.Ids];
        Return(scratch);
        return ids;
    }

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
        for (var i = 0; i < piece.Length; i++)
            tokens[i] = _byteIds[piece[i]];
        scratch.Advance(piece.Length <= LongestShortPiece ? MergeShort(tokens, scratch) : scratch.LongPieces.Merge(tokens, Merges));
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
