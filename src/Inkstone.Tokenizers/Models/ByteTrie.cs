namespace Inkstone.Tokenizers;

/// <summary>
/// A trie over bytes as a double array (Aoe 1989): the child of a node by a byte stands at the node's base XOR the byte, and is a child
/// only if it names the node as its parent, so a step costs one look into memory. Immutable.
/// </summary>
internal sealed class ByteTrie
{
    private const int Free = -1;
    private const int MostAttempts = 256;
    private Node[] _nodes;
    private int[] _taken = []; // places of each block of 256
    private int _untouched;    // no block before this one is wholly free
    private int _firstFree = -1; // a ring through Base (next) and Value (previous)

    /// <summary>One node, with what stands at it; the root is node 0.</summary>
    public struct Node
    {
        /// <summary>XOR a byte: where the child stands, if there is one.</summary>
        public int Base;

        /// <summary>The node this is a child of.</summary>
        public int Parent;

        /// <summary>The value of the key that ends here, or −1.</summary>
        public int Value;
    }

    private ByteTrie(int expectedNodes)
    {
        _nodes = new Node[(expectedNodes + expectedNodes / 8 + 511) & ~255];
        AddFree(0, _nodes.Length);
        Take(0);
        _nodes[0].Parent = -2;
    }

    /// <summary>The nodes; their number is a multiple of 256, so a base XOR a byte is always one of them.</summary>
    public ReadOnlySpan<Node> Nodes => _nodes;

    /// <summary>Builds a trie.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="sorted">The numbers of the keys to index, in ascending order of their bytes, no two with equal bytes; the number is the value.</param>
    public static ByteTrie Build(PieceBlock keys, ReadOnlySpan<int> sorted)
    {
        var trie = new ByteTrie(CountNodes(keys, sorted));
        Span<byte> labels = stackalloc byte[256];
        Span<int> begins = stackalloc int[257];
        var ranges = new Stack<(int First, int End, int Depth, int Node)>();
        ranges.Push((0, sorted.Length, 0, 0));
        while (ranges.TryPop(out var range))
        {
            var (first, end, depth, node) = range;
            if (first < end && keys[sorted[first]].Length == depth)
                trie._nodes[node].Value = sorted[first++];
            var count = 0;
            for (var i = first; i < end; i++)
            {
                var label = keys[sorted[i]][depth];
                if (count > 0 && labels[count - 1] == label)
                    continue;
                (labels[count], begins[count]) = (label, i);
                count++;
            }
            if (count == 0)
                continue;
            begins[count] = end;
            var place = trie.FindBase(labels[..count]);
            trie._nodes[node].Base = place;
            for (var i = count - 1; i >= 0; i--)
            {
                trie.Take(place ^ labels[i]);
                trie._nodes[place ^ labels[i]].Parent = node;
                ranges.Push((begins[i], begins[i + 1], depth + 1, place ^ labels[i]));
            }
        }
        foreach (ref var node in trie._nodes.AsSpan())
        {
            if (node.Parent == Free)
                node = new Node { Parent = Free, Value = -1 };
        }
        return trie;
    }

    /// <summary>The value of exactly these bytes, or −1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var node = 0;
        foreach (var next in key)
        {
            if (!TryStep(ref node, next))
                return -1;
        }
        return _nodes[node].Value;
    }

    /// <summary>The value of the longest key that the text begins with, or −1, and its length.</summary>
    public int FindLongest(ReadOnlySpan<byte> text, out int length)
    {
        var (node, value) = (0, -1);
        length = 0;
        for (var i = 0; i < text.Length && TryStep(ref node, text[i]); i++)
        {
            if (_nodes[node].Value >= 0)
                (value, length) = (_nodes[node].Value, i + 1);
        }
        return value;
    }

    /// <summary>Goes from a node to its child by a byte; false, and the node unchanged, where there is none.</summary>
    public bool TryStep(ref int node, byte next)
    {
        var child = _nodes[node].Base ^ next;
        if (_nodes[child].Parent != node)
            return false;
        node = child;
        return true;
    }

    private static int CountNodes(PieceBlock keys, ReadOnlySpan<int> sorted)
    {
        var count = 1;
        for (var i = 0; i < sorted.Length; i++)
        {
            var key = keys[sorted[i]];
            count = checked(count + key.Length - (i == 0 ? 0 : key.CommonPrefixLength(keys[sorted[i - 1]])));
        }
        return count;
    }

    /// <summary>A base at which all labels find free places: among the first free ones, or in a new block.</summary>
    private int FindBase(ReadOnlySpan<byte> labels)
    {
        var candidate = _firstFree;
        for (var attempt = 0; candidate >= 0 && attempt < MostAttempts; attempt++)
        {
            var place = candidate ^ labels[0];
            if (FitsAt(place, labels))
                return place;
            candidate = _nodes[candidate].Base;
            if (candidate == _firstFree)
                break;
        }
        // The next search begins where this one gave up, so that hopeless places are not tried again and again.
        _firstFree = candidate;
        for (; _untouched < _nodes.Length; _untouched += 256)
        {
            if (_taken[_untouched >> 8] == 0)
                return _untouched;
        }
        var length = _nodes.Length;
        Array.Resize(ref _nodes, checked(length + Math.Max(256, length / 8 & ~255)));
        AddFree(length, _nodes.Length);
        return length;
    }

    private bool FitsAt(int place, ReadOnlySpan<byte> labels)
    {
        foreach (var label in labels)
        {
            if (_nodes[place ^ label].Parent != Free)
                return false;
        }
        return true;
    }

    private void AddFree(int from, int to)
    {
        Array.Resize(ref _taken, to >> 8);
        for (var i = from; i < to; i++)
        {
            _nodes[i].Parent = Free;
            if (_firstFree < 0)
            {
                (_nodes[i].Base, _nodes[i].Value) = (i, i);
                _firstFree = i;
                continue;
            }
            var last = _nodes[_firstFree].Value;
            (_nodes[i].Base, _nodes[i].Value) = (_firstFree, last);
            _nodes[last].Base = i;
            _nodes[_firstFree].Value = i;
        }
    }

    private void Take(int place)
    {
        _taken[place >> 8]++;
        var (next, previous) = (_nodes[place].Base, _nodes[place].Value);
        _nodes[previous].Base = next;
        _nodes[next].Value = previous;
        if (_firstFree == place)
            _firstFree = next == place ? -1 : next;
        _nodes[place] = new Node { Value = -1 };
    }
}
