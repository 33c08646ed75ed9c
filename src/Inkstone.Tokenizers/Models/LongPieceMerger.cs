namespace Inkstone.Tokenizers;

/// <summary>
/// Merges one long piece in O(n log n): a linked list of tokens and a heap of the places where a rule applies.
/// <para>
/// The definition (<see cref="NaiveMerges"/>) always carries out the rule of lowest rank at its leftmost place. Here every pair of
/// neighbours with a rule has an entry (rank, place) in the heap, a place being the index of the pair's first byte, which orders
/// places from left to right. Carrying out a rule at p changes only the pairs that begin at p and at p's predecessor, and both
/// get a fresh entry if they have a rule; so the smallest entry that still describes its place is the definition's choice. An
/// entry describes its place still if the pair there has the rank it was made with: a rank belongs to one pair, so if the pair
/// has changed the rank has, and an entry made twice for the same pair is found out the second time, the first having replaced
/// the pair. Cost: each of the at most n−1 merges removes a token and adds at most two entries, so at most 3n entries are made
/// and removed, each in O(log n).
/// </para>
/// </summary>
internal sealed class LongPieceMerger
{
    private Node[] _nodes = [];
    private ulong[] _heap = [];
    private int _heapCount;

    private struct Node
    {
        public int Token;
        public int Previous;
        public int Next;

        // The rule for this token and the next one, as MergeTable.Find gives it; None for the last and for tokens merged away.
        public ulong Rule;
    }

    /// <summary>Entries removed from the heap so far: the work done, for tests.</summary>
    public long Steps { get; private set; }

    /// <summary>Replaces the ids of the bytes of one piece by the ids of its tokens, at the front; returns how many they are.</summary>
    public int Merge(Span<int> tokens, MergeTable merges)
    {
        Fill(tokens, merges);
        while (_heapCount > 0)
        {
            var entry = Pop();
            Steps++;
            var place = (int)(uint)entry;
            ref var node = ref _nodes[place];
            if (node.Rule >> 32 != entry >> 32)
                continue;
            node.Token = (int)(uint)node.Rule;
            ref var merged = ref _nodes[node.Next];
            merged.Rule = MergeTable.None;
            node.Next = merged.Next;
            if (node.Next < tokens.Length)
                _nodes[node.Next].Previous = place;
            SetRule(place, tokens.Length, merges);
            if (node.Previous >= 0)
                SetRule(node.Previous, tokens.Length, merges);
        }
        var count = 0;
        for (var place = 0; place < tokens.Length; place = _nodes[place].Next)
            tokens[count++] = _nodes[place].Token;
        Trim();
        return count;
    }

    private void Fill(ReadOnlySpan<int> tokens, MergeTable merges)
    {
        if (_nodes.Length < tokens.Length)
        {
            _nodes = new Node[tokens.Length];
            _heap = new ulong[tokens.Length];
        }
        _heapCount = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            var rule = i + 1 < tokens.Length ? merges.Find(tokens[i], tokens[i + 1]) : MergeTable.None;
            _nodes[i] = new Node { Token = tokens[i], Previous = i - 1, Next = i + 1, Rule = rule };
            if (rule != MergeTable.None)
                _heap[_heapCount++] = Entry(rule, i);
        }
        for (var i = (_heapCount - 2) / 4; i >= 0; i--)
            SiftDown(i, _heap[i]);
    }

    private void SetRule(int place, int length, MergeTable merges)
    {
        ref var node = ref _nodes[place];
        node.Rule = node.Next < length ? merges.Find(node.Token, _nodes[node.Next].Token) : MergeTable.None;
        if (node.Rule != MergeTable.None)
            Push(Entry(node.Rule, place));
    }

    private static ulong Entry(ulong rule, int place) => (rule & 0xFFFFFFFF00000000UL) | (uint)place;

    // A heap of four children a node: shallower than the binary one, and the children share a cache line.
    private void Push(ulong entry)
    {
        if (_heapCount == _heap.Length)
            Array.Resize(ref _heap, checked(2 * _heap.Length));
        var i = _heapCount++;
        while (i > 0 && _heap[(i - 1) / 4] > entry)
        {
            _heap[i] = _heap[(i - 1) / 4];
            i = (i - 1) / 4;
        }
        _heap[i] = entry;
    }

    private ulong Pop()
    {
        var top = _heap[0];
        var last = _heap[--_heapCount];
        if (_heapCount > 0)
            SiftDown(0, last);
        return top;
    }

    private void SiftDown(int i, ulong entry)
    {
        while (true)
        {
            var child = 4 * i + 1;
            if (child >= _heapCount)
                break;
            var smallest = child;
            for (var other = child + 1; other < Math.Min(child + 4, _heapCount); other++)
            {
                if (_heap[other] < _heap[smallest])
                    smallest = other;
            }
            if (_heap[smallest] >= entry)
                break;
            _heap[i] = _heap[smallest];
            i = smallest;
        }
        _heap[i] = entry;
    }

    // A piece of megabytes is rare; what it needed is not kept for the next.
    private void Trim()
    {
        if (_nodes.Length > 1 << 16)
            (_nodes, _heap) = ([], []);
    }
}
