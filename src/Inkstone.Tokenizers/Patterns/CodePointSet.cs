namespace Inkstone.Tokenizers;

/// <summary>A set of code points, as ascending ranges that do not touch.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    public const int Limit = 0x110000;

    private readonly int[] _bounds; // first, end, first, end, …; an end is exclusive

    private CodePointSet(int[] bounds) => _bounds = bounds;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([0, Limit]);

    public static CodePointSet LineFeed { get; } = Of('\n');

    /// <summary>Where membership changes, ascending: first, end, first, end, and so on.</summary>
    public ReadOnlySpan<int> Bounds => _bounds;

    public bool IsEmpty => _bounds.Length == 0;

    /// <summary>The only member, or −1 where there are none or several.</summary>
    public int Single => _bounds.Length == 2 && _bounds[1] == _bounds[0] + 1 ? _bounds[0] : -1;

    public static CodePointSet Of(int codePoint) => new([codePoint, codePoint + 1]);

    /// <summary>The code points from first to last, both inside.</summary>
    public static CodePointSet Range(int first, int last) => new([first, last + 1]);

    /// <summary>The union of ranges in any order, given as first, end, first, end, and so on.</summary>
    public static CodePointSet FromRanges(List<(int First, int End)> ranges)
    {
        ranges.Sort();
        var bounds = new List<int>();
        foreach (var (first, end) in ranges)
        {
            if (bounds.Count > 0 && first <= bounds[^1])
                bounds[^1] = Math.Max(bounds[^1], end);
            else
                bounds.AddRange([first, end]);
        }
        return new([.. bounds]);
    }

    public bool Contains(int codePoint)
    {
        var found = Array.BinarySearch(_bounds, codePoint);
        return ((found < 0 ? ~found - 1 : found) & 1) == 0;
    }

    public CodePointSet Union(CodePointSet other)
    {
        if (other.IsEmpty)
            return this;
        var ranges = new List<(int, int)>();
        AddTo(ranges);
        other.AddTo(ranges);
        return FromRanges(ranges);
    }

    public CodePointSet Complement()
    {
        var bounds = new List<int>(_bounds.Length + 2);
        if (IsEmpty || _bounds[0] != 0)
            bounds.Add(0);
        bounds.AddRange(_bounds.AsSpan(!IsEmpty && _bounds[0] == 0 ? 1 : 0));
        if (bounds[^1] == Limit)
            bounds.RemoveAt(bounds.Count - 1);
        else
            bounds.Add(Limit);
        return new([.. bounds]);
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    /// <summary>The set and whatever folds to what a member folds to (CaseFolding.txt, simple foldings).</summary>
    public CodePointSet IgnoringCase()
    {
        var folded = new HashSet<int>();
        ReadOnlySpan<uint> from = CaseFoldingTables.From, to = CaseFoldingTables.To;
        for (var i = 0; i < from.Length; i++)
        {
            if (Contains((int)from[i]) || Contains((int)to[i]))
                folded.Add((int)to[i]);
        }
        var ranges = new List<(int, int)>();
        AddTo(ranges);
        for (var i = 0; i < from.Length; i++)
        {
            if (!folded.Contains((int)to[i]))
                continue;
            ranges.Add(((int)from[i], (int)from[i] + 1));
            ranges.Add(((int)to[i], (int)to[i] + 1));
        }
        return FromRanges(ranges);
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

    private void AddTo(List<(int, int)> ranges)
    {
        for (var i = 0; i < _bounds.Length; i += 2)
            ranges.Add((_bounds[i], _bounds[i + 1]));
    }
}
