namespace Inkstone.Tokenizers;

/// <summary>
/// Carries out merges by score over a text with a heap of candidates: n log n steps, each look-up bounded by the longest piece. What it
/// gives is what looking for the best pair afresh before each merge gives (<see cref="NaiveScoredMerges"/>). One thread at a time.
/// </summary>
internal sealed class ScoredMerger
{
    private readonly PriorityQueue<Candidate, (float MinusScore, int Left)> _heap = new();
    private readonly Dictionary<int, int> _unusedSplits = []; // the length of the left part of an unused piece, as it was last put together
    private readonly Stack<(int Start, int Length)> _parts = new();
    private Symbol[] _symbols = new Symbol[64];

    private struct Symbol
    {
        public int Start;
        public int Length; // 0 once merged into the symbol before
        public int Previous;
        public int Next;
        public bool IsFrozen;
    }

    private readonly record struct Candidate(int Left, int Right, int Length);

    /// <summary>Candidates taken up so far: the work done, for tests.</summary>
    public long Candidates { get; private set; }

    /// <summary>Appends the ids of a text; false if part of it was unknown.</summary>
    public bool Merge(ScoredPieces pieces, ReadOnlySpan<byte> text, SentencePieceScratch scratch)
    {
        var count = Cut(pieces, text);
        for (var i = 1; i < count; i++)
            Propose(pieces, text, i - 1, i);
        while (_heap.TryDequeue(out var best, out _))
        {
            ref var left = ref _symbols[best.Left];
            ref var right = ref _symbols[best.Right];
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != best.Length)
                continue;
            if (scratch.Sampling is { } sampling && sampling.Drops())
                continue;
            left.Length = best.Length;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next >= 0)
                _symbols[left.Next].Previous = best.Left;
            Propose(pieces, text, left.Previous, best.Left);
            Propose(pieces, text, best.Left, left.Next);
        }
        var isWhole = true;
        for (var i = 0; i >= 0; i = _symbols[i].Next)
            isWhole &= Give(pieces, text, _symbols[i].Start, _symbols[i].Length, scratch);
        _unusedSplits.Clear();
        return isWhole;
    }

    /// <summary>Gives back memory that an unusual text took.</summary>
    public void Trim()
    {
        if (_symbols.Length <= 1 << 16)
            return;
        _symbols = new Symbol[64];
        _heap.TrimExcess();
    }

    private int Cut(ScoredPieces pieces, ReadOnlySpan<byte> text)
    {
        var count = 0;
        for (int start = 0, length; start < text.Length; start += length, count++)
        {
            length = pieces.SymbolLength(text, start, out var isUserDefined);
            if (count == _symbols.Length)
                Array.Resize(ref _symbols, 2 * count);
            _symbols[count] = new Symbol
            {
                Start = start,
                Length = length,
                Previous = count - 1,
                Next = start + length < text.Length ? count + 1 : -1,
                IsFrozen = isUserDefined,
            };
        }
        return count;
    }

    private void Propose(ScoredPieces pieces, ReadOnlySpan<byte> text, int left, int right)
    {
        if (left < 0 || right < 0 || _symbols[left].IsFrozen || _symbols[right].IsFrozen)
            return;
        var (start, length) = (_symbols[left].Start, _symbols[left].Length + _symbols[right].Length);
        var id = pieces.Find(text.Slice(start, length));
        if (id < 0)
            return;
        Candidates++;
        _heap.Enqueue(new(left, right, length), (-pieces.Score(id), left));
        if (pieces.IsUnused(id))
            _unusedSplits[id] = _symbols[left].Length;
    }

    /// <summary>Gives out a symbol: its piece, the parts of an unused piece, or unknown text (false).</summary>
    private bool Give(ScoredPieces pieces, ReadOnlySpan<byte> text, int start, int length, SentencePieceScratch scratch)
    {
        var isKnown = true;
        _parts.Push((start, length));
        while (_parts.TryPop(out var part))
        {
            var symbol = text.Slice(part.Start, part.Length);
            var id = pieces.Find(symbol);
            if (id >= 0 && pieces.IsUnused(id) && _unusedSplits.TryGetValue(id, out var left))
            {
                _parts.Push((part.Start + left, part.Length - left));
                _parts.Push((part.Start, left));
                continue;
            }
            isKnown &= id >= 0;
            pieces.Vocabulary.Emit(id < 0 ? pieces.Vocabulary.UnknownId : id, symbol, scratch);
        }
        return isKnown;
    }
}
