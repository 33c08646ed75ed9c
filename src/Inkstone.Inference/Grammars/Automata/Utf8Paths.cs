using static Inkstone.Inference.GrammarAutomaton;

namespace Inkstone.Inference;

/// <summary>Paths of byte edges for sets of code points: ranges of UTF-8 split until each byte has a range of its own.</summary>
/// <param name="state">Makes a state.</param>
/// <param name="add">Adds an edge.</param>
/// <param name="target">Where all paths end.</param>
internal readonly struct Utf8Paths(Func<int> state, Action<int, ByteEdge> add, int target)
{
    private const byte LeastNext = 0x80;
    private const byte MostNext = 0xBF;

    // From the state at n, any n further bytes lead to the target.
    private readonly int[] _tails = [target, -1, -1, -1];

    /// <summary>Adds the paths of a set from a state.</summary>
    public void Add(CodePointSet set, int from)
    {
        Span<byte> low = stackalloc byte[4], high = stackalloc byte[4];
        foreach (var (first, last) in set.Ranges)
        {
            for (var start = first; start <= last;)
            {
                var end = Math.Min(last, start < 0x80 ? 0x7F : start < 0x800 ? 0x7FF : start < 0x10000 ? 0xFFFF : 0x10FFFF);
                var length = new System.Text.Rune(start).EncodeToUtf8(low);
                new System.Text.Rune(end).EncodeToUtf8(high);
                Split(low[..length], high[..length], from);
                start = end + 1;
            }
        }
    }

    private void Split(ReadOnlySpan<byte> low, ReadOnlySpan<byte> high, int from)
    {
        if (low.Length == 1)
        {
            add(from, new(low[0], high[0], target));
            return;
        }
        int first = low[0], last = high[0];
        if (first == last)
        {
            Split(low[1..], high[1..], Step(from, first));
            return;
        }
        Span<byte> edge = stackalloc byte[4];
        if (low[1..].ContainsAnyExcept(LeastNext))
        {
            edge.Fill(MostNext);
            Split(low[1..], edge[..(low.Length - 1)], Step(from, first++));
        }
        if (high[1..].ContainsAnyExcept(MostNext))
        {
            edge.Fill(LeastNext);
            Split(edge[..(low.Length - 1)], high[1..], Step(from, last--));
        }
        if (first <= last)
            add(from, new((byte)first, (byte)last, Tail(low.Length - 1)));
    }

    private int Step(int from, int value)
    {
        var next = state();
        add(from, new((byte)value, (byte)value, next));
        return next;
    }

    private int Tail(int length)
    {
        if (_tails[length] < 0)
        {
            _tails[length] = state();
            add(_tails[length], new(LeastNext, MostNext, Tail(length - 1)));
        }
        return _tails[length];
    }
}
