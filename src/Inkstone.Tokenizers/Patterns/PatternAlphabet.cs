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

    private readonly byte[] _ascii = new byte[128];
    private readonly ushort[] _blockOf = new ushort[CodePointSet.Limit >> BlockBits];
    private readonly byte[] _blocks;
    private readonly int[] _members;

    /// <param name="sets">The sets to tell apart.</param>
    /// <param name="source">The pattern, for errors.</param>
    public PatternAlphabet(IReadOnlyList<CodePointSet> sets, string source)
    {
        var starts = new SortedSet<int> { 0 };
        foreach (var set in sets)
        {
            foreach (var bound in set.Bounds)
                starts.Add(bound);
        }
        starts.Remove(CodePointSet.Limit);
        int[] segments = [.. starts];
        var symbols = Tell(segments, sets, source);
        Count = symbols.Max() + 1;
        _members = new int[Count];
        for (var i = segments.Length - 1; i >= 0; i--)
            _members[symbols[i]] = segments[i];
        _blocks = Fill(segments, symbols);
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

    private byte[] Fill(int[] segments, int[] symbols)
    {
        var blocks = new List<byte>();
        var uniform = new Dictionary<int, ushort>();
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
            if (mixed || !uniform.TryGetValue(first, out var number))
            {
                number = (ushort)(blocks.Count >> BlockBits);
                blocks.AddRange(block);
                if (!mixed)
                    uniform.Add(first, number);
            }
            _blockOf[start >> BlockBits] = number;
        }
        return [.. blocks];
    }
}
