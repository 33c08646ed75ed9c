using System.Buffers;
using System.Runtime.InteropServices;

namespace Inkstone.Tokenizers;

/// <summary>A set of code points, as ascending ranges that do not touch.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    public const int Limit = 0x110000;

    private static readonly Lazy<ushort[]> FoldingKinds = new(FindFoldingKinds);

    private readonly int[] _bounds; // first, end, first, end, …; an end is exclusive

    private CodePointSet(int[] bounds) => _bounds = bounds;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([0, Limit]);

    public static CodePointSet LineFeed { get; } = Of('\n');

    public static CodePointSet NoLineFeed { get; } = LineFeed.Complement();

    /// <summary>Where membership changes, ascending: first, end, first, end, and so on.</summary>
    public ReadOnlySpan<int> Bounds => _bounds;

    public bool IsEmpty => _bounds.Length == 0;

    /// <summary>The only member, or −1 where there are none or several.</summary>
    public int Single => _bounds.Length == 2 && _bounds[1] == _bounds[0] + 1 ? _bounds[0] : -1;

    /// <summary>Hexadecimal digits of ASCII.</summary>
    public static CodePointSet Hexadecimal { get; } = new(['0', '9' + 1, 'A', 'F' + 1, 'a', 'f' + 1]);

    public static CodePointSet Of(int codePoint) => new([codePoint, codePoint + 1]);

    /// <summary>The code points from first to last, both inside.</summary>
    public static CodePointSet Range(int first, int last) => new([first, last + 1]);

    /// <summary>The union of ranges in any order, given as first, end, first, end, and so on.</summary>
    public static CodePointSet FromRanges(List<(int First, int End)> ranges) => FromRanges(CollectionsMarshal.AsSpan(ranges));

    public bool Contains(int codePoint)
    {
        var found = Array.BinarySearch(_bounds, codePoint);
        return ((found < 0 ? ~found - 1 : found) & 1) == 0;
    }

    public CodePointSet Union(CodePointSet other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other))
            return this;
        if (IsEmpty)
            return other;
        var merged = ArrayPool<int>.Shared.Rent(_bounds.Length + other._bounds.Length);
        var count = 0;
        for (int left = 0, right = 0; left < _bounds.Length || right < other._bounds.Length;)
        {
            var takesLeft = right == other._bounds.Length || (left < _bounds.Length && _bounds[left] <= other._bounds[right]);
            var (first, end) = takesLeft ? (_bounds[left], _bounds[left + 1]) : (other._bounds[right], other._bounds[right + 1]);
            (left, right) = takesLeft ? (left + 2, right) : (left, right + 2);
            if (count > 0 && first <= merged[count - 1])
                merged[count - 1] = Math.Max(merged[count - 1], end);
            else
                (merged[count++], merged[count++]) = (first, end);
        }
        var union = new CodePointSet(merged[..count]);
        ArrayPool<int>.Shared.Return(merged);
        return union;
    }

    public CodePointSet Complement()
    {
        // Membership changes where it did, but for the two ends of all code points.
        var (fromZero, toLimit) = (!IsEmpty && _bounds[0] == 0, !IsEmpty && _bounds[^1] == Limit);
        ReadOnlySpan<int> inner = _bounds.AsSpan((fromZero ? 1 : 0)..(_bounds.Length - (toLimit ? 1 : 0)));
        var bounds = new int[inner.Length + (fromZero ? 0 : 1) + (toLimit ? 0 : 1)];
        inner.CopyTo(bounds.AsSpan(fromZero ? 0 : 1));
        if (!toLimit)
            bounds[^1] = Limit;
        return new(bounds);
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    /// <summary>The set and whatever folds to what a member folds to (CaseFolding.txt, simple foldings).</summary>
    public CodePointSet IgnoringCase()
    {
        if (Single >= 0)
            return IgnoringCaseOf(Single);
        ReadOnlySpan<uint> from = CaseFoldingTables.From, to = CaseFoldingTables.To;
        var kinds = FoldingKinds.Value;
        var isFolded = ArrayPool<bool>.Shared.Rent(from.Length);
        isFolded.AsSpan(0, from.Length).Clear();
        for (var i = 0; i < from.Length; i++)
            isFolded[kinds[i]] |= Contains((int)from[i]) || Contains((int)to[i]);
        var ranges = ArrayPool<(int First, int End)>.Shared.Rent(_bounds.Length / 2 + 2 * from.Length);
        var count = 0;
        for (; count < _bounds.Length / 2; count++)
            ranges[count] = (_bounds[2 * count], _bounds[2 * count + 1]);
        for (var i = 0; i < from.Length; i++)
        {
            if (!isFolded[kinds[i]])
                continue;
            ranges[count++] = ((int)from[i], (int)from[i] + 1);
            ranges[count++] = ((int)to[i], (int)to[i] + 1);
        }
        var set = FromRanges(ranges.AsSpan(0, count));
        ArrayPool<bool>.Shared.Return(isFolded);
        ArrayPool<(int First, int End)>.Shared.Return(ranges);
        return set;
    }

    private CodePointSet IgnoringCaseOf(int codePoint)
    {
        ReadOnlySpan<uint> from = CaseFoldingTables.From, to = CaseFoldingTables.To;
        var place = from.BinarySearch((uint)codePoint);
        var folded = place < 0 ? codePoint : (int)to[place];
        var set = folded == codePoint ? this : Union(Of(folded));
        for (var i = 0; i < from.Length; i++)
        {
            if (to[i] == folded && from[i] != codePoint)
                set = set.Union(Of((int)from[i]));
        }
        return set;
    }

    public bool Equals(CodePointSet? other) => other is not null && _bounds.AsSpan().SequenceEqual(other._bounds);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var bound in _bounds)
            hash.Add(bound);
        return hash.ToHashCode();
    }

    private static CodePointSet FromRanges(Span<(int First, int End)> ranges)
    {
        ranges.Sort();
        var bounds = ArrayPool<int>.Shared.Rent(2 * ranges.Length);
        var count = 0;
        foreach (var (first, end) in ranges)
        {
            if (count > 0 && first <= bounds[count - 1])
                bounds[count - 1] = Math.Max(bounds[count - 1], end);
            else
                (bounds[count++], bounds[count++]) = (first, end);
        }
        var set = new CodePointSet(bounds[..count]);
        ArrayPool<int>.Shared.Return(bounds);
        return set;
    }

    /// <summary>For each folding the number of the first that leads to the same.</summary>
    private static ushort[] FindFoldingKinds()
    {
        var kinds = new ushort[CaseFoldingTables.From.Length];
        var known = new Dictionary<uint, ushort>();
        for (var i = 0; i < kinds.Length; i++)
        {
            known.TryAdd(CaseFoldingTables.To[i], (ushort)i);
            kinds[i] = known[CaseFoldingTables.To[i]];
        }
        return kinds;
    }
}
