namespace Inkstone.Tensors;

/// <summary>
/// Units in a row handed out in chunks that grow smaller: rounds of one chunk a thread, each round over half of what is left. The first chunks are long, so that what is
/// read in order stays in order; the last are short, so that the threads end together.
/// </summary>
internal readonly struct ShrinkingChunks
{
    // Less than this is done before another thread has woken up.
    private const int LeastBytes = 32 << 10;

    private readonly int _units;
    private readonly int _threads;
    private readonly int _least;

    /// <param name="units">How many there are.</param>
    /// <param name="threads">How many threads share them.</param>
    /// <param name="least">What a chunk holds a multiple of, but for the last.</param>
    public ShrinkingChunks(int units, int threads, int least)
    {
        (_units, _threads, _least) = (units, threads, least);
        for (var first = 0; first < units; first += threads * SizeFrom(first))
            Count += Math.Min(threads, (units - first - 1) / SizeFrom(first) + 1);
    }

    /// <summary>For units that so many rows of activations go over: the fewest a chunk is worth its handing out for.</summary>
    /// <param name="unitBytes">Bytes of a unit's weights.</param>
    /// <param name="rows">Rows that go over them.</param>
    public static int LeastUnits(long unitBytes, int rows) => (int)Math.Min(LeastBytes / (unitBytes * rows) + 1, LeastBytes);

    /// <summary>How many chunks there are.</summary>
    public int Count { get; }

    /// <summary>The first unit of a chunk and the unit after its last.</summary>
    public (int First, int End) this[int chunk]
    {
        get
        {
            var first = 0;
            for (; chunk >= _threads; chunk -= _threads)
                first += _threads * SizeFrom(first);
            var size = SizeFrom(first);
            first += chunk * size;
            return (first, Math.Min(first + size, _units));
        }
    }

    private int SizeFrom(int first) => ((_units - first) / (2 * _threads * _least) + 1) * _least;
}
