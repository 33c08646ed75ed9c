using System.Buffers;
using System.Runtime.CompilerServices;

namespace Inkstone.Tokenizers;

/// <summary>
/// The code points as a pattern tells them apart: two are the same symbol if every set of the pattern holds both or neither.
/// One look-up for ASCII, two for the others (blocks of 128 code points, uniform blocks shared).
/// </summary>
internal sealed class PatternAlphabet
{
    private const int BlockBits = 7;
    private const int BlockSize = 1 << BlockBits;
    private const int MostSymbols = 255;
    private const int FixedBytes = 40 << 10; // blocks of code points, and what tells symbols apart

    private readonly byte[] _ascii = new byte[128];
    private readonly ushort[] _blockOf = new ushort[CodePointSet.Limit >> BlockBits];
    private readonly byte[] _blocks;
    private readonly int[] _members;

    /// <param name="sets">The sets to tell apart.</param>
    /// <param name="source">The pattern, for errors.</param>
    /// <param name="budget">Pays for what is made.</param>
    public PatternAlphabet(IReadOnlyList<CodePointSet> sets, string source, PatternBudget budget)
    {
        var segments = FindSegments(sets);
        budget.Spend(FixedBytes + 2 * sizeof(int) * segments.Length, source);
        var symbols = Tell(segments, sets, source);
        Count = symbols.Max() + 1;
        _members = new int[Count];
        for (var i = segments.Length - 1; i >= 0; i--)
            _members[symbols[i]] = segments[i];
        _blocks = new byte[Fill(segments, symbols, []) << BlockBits];
        budget.Spend(_blocks.Length, source);
        Fill(segments, symbols, _blocks);
        for (var i = 0; i < 128; i++)
            _ascii[i] = (byte)Of(i);
    }

    /// <summary>How many symbols there are.</summary>
    public int Count { get; }

    /// <summary>The symbols of ASCII.</summary>
    public ReadOnlySpan<byte> Ascii => _ascii;

    /// <summary>The symbol of a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Of(int codePoint) => _blocks[(_blockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & (BlockSize - 1))];

    /// <summary>A code point of a symbol.</summary>
    public int MemberOf(int symbol) => _members[symbol];

    /// <summary>The symbol of each segment, by telling it from the others one set after another.</summary>
    private static int[] Tell(int[] segments, IReadOnlyList<CodePointSet> sets, string source)
    {
        var symbols = new int[segments.Length];
        var numbers = new Dictionary<(int Symbol, bool Inside), int>();
        foreach (var set in sets)
        {
            numbers.Clear();
            for (int i = 0, bound = 0; i < segments.Length; i++)
            {
                while (bound < set.Bounds.Length && set.Bounds[bound] <= segments[i])
                    bound++;
                var key = (symbols[i], (bound & 1) == 1);
                if (!numbers.TryGetValue(key, out var number))
                {
                    number = numbers.Count;
                    numbers.Add(key, number);
                }
                symbols[i] = number;
            }
            if (numbers.Count > MostSymbols)
                throw PatternProgram.TooLarge(source, $"classes that part the characters in more than {MostSymbols} ways");
        }
        return symbols;
    }

    /// <summary>Where membership in any set changes, ascending, from 0 on.</summary>
    private static int[] FindSegments(IReadOnlyList<CodePointSet> sets)
    {
        var starts = ArrayPool<int>.Shared.Rent(1 + sets.Sum(set => set.Bounds.Length));
        starts[0] = 0;
        var count = 1;
        foreach (var set in sets)
        {
            set.Bounds.CopyTo(starts.AsSpan(count));
            count += set.Bounds.Length;
        }
        starts.AsSpan(0, count).Sort();
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (starts[i] < CodePointSet.Limit && (kept == 0 || starts[i] != starts[kept - 1]))
                starts[kept++] = starts[i];
        }
        var segments = starts[..kept];
        ArrayPool<int>.Shared.Return(starts);
        return segments;
    }

    /// <summary>Finds the block of each stretch of code points and writes the blocks, if there is room; returns how many they are.</summary>
    private int Fill(int[] segments, int[] symbols, Span<byte> blocks)
    {
        var count = 0;
        Span<ushort> uniform = stackalloc ushort[MostSymbols + 1]; // of each symbol: the block of it alone, plus one
        uniform.Clear();
        Span<byte> block = stackalloc byte[BlockSize];
        for (int start = 0, segment = 0; start < CodePointSet.Limit; start += BlockSize)
        {
            var first = symbols[segment];
            var mixed = false;
            for (var i = 0; i < BlockSize;)
            {
                var end = segment + 1 < segments.Length ? Math.Min(segments[segment + 1] - start, BlockSize) : BlockSize;
                block[i..end].Fill((byte)symbols[segment]);
                mixed |= symbols[segment] != first;
                i = end;
                if (segment + 1 < segments.Length && segments[segment + 1] == start + end)
                    segment++;
            }
            var number = mixed ? (ushort)0 : uniform[first];
            if (number == 0)
            {
                if (!blocks.IsEmpty)
                    block.CopyTo(blocks[(count << BlockBits)..]);
                number = (ushort)++count;
                if (!mixed)
                    uniform[first] = number;
            }
            _blockOf[start >> BlockBits] = (ushort)(number - 1);
        }
        return count;
    }
}
