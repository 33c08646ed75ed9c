using System.Collections;
using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// The extents of a tensor, outermost first; none to six axes, held inline. Written as a collection expression:
/// <c>Shape s = [rows, width];</c>. A shape of no axes is a scalar's and counts one element.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    /// <summary>The most axes a tensor can have.</summary>
    public const int MaxRank = 6;

    private readonly Extents _extents;
    private readonly int _rank;

    private Shape(ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw ShapeError.Of("shape", $"at most {MaxRank} axes", $"{extents.Length}");
        _rank = extents.Length;
        var count = 1L;
        for (var i = 0; i < extents.Length; i++)
        {
            if (extents[i] < 0)
                throw ShapeError.Of("shape", "extents of zero or more", $"{extents[i]} at axis {i}");
            _extents[i] = extents[i];
            count = checked(count * extents[i]);
        }
        Count = count;
    }

    /// <summary>Makes a shape of these extents.</summary>
    public static Shape Create(ReadOnlySpan<int> extents) => new(extents);

    /// <summary>How many axes there are.</summary>
    public int Rank => _rank;

    /// <summary>How many elements there are: the product of the extents.</summary>
    public long Count { get; }

    /// <summary>The extent of an axis; negative axes count from the last.</summary>
    public int this[int axis] => _extents[ResolveAxis(axis)];

    /// <summary>Turns an axis counted from either end into one counted from the first.</summary>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">There is no such axis.</exception>
    public int ResolveAxis(int axis)
    {
        var resolved = axis < 0 ? axis + _rank : axis;
        return (uint)resolved < (uint)_rank ? resolved : throw ShapeError.Of("axis", $"an axis of {this}", $"{axis}");
    }

    /// <summary>The same shape with one extent changed.</summary>
    public Shape With(int axis, int extent)
    {
        Span<int> extents = stackalloc int[MaxRank];
        CopyTo(extents);
        extents[ResolveAxis(axis)] = extent;
        return new(extents[.._rank]);
    }

    /// <summary>The same shape without one axis.</summary>
    public Shape Without(int axis)
    {
        axis = ResolveAxis(axis);
        Span<int> extents = stackalloc int[MaxRank];
        CopyTo(extents);
        extents[(axis + 1)..].CopyTo(extents[axis..]);
        return new(extents[..(_rank - 1)]);
    }

    /// <summary>Writes the extents to a span of at least <see cref="Rank"/> places.</summary>
    public void CopyTo(Span<int> destination) => ((ReadOnlySpan<int>)_extents)[.._rank].CopyTo(destination);

    /// <summary>The shape both shapes broadcast to: aligned at the last axis, an extent of one stretches.</summary>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">Two extents differ and neither is one.</exception>
    public static Shape Broadcast(in Shape a, in Shape b, string operation)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        Span<int> extents = stackalloc int[MaxRank];
        for (var i = 0; i < rank; i++)
        {
            var x = i < a.Rank ? a[a.Rank - 1 - i] : 1;
            var y = i < b.Rank ? b[b.Rank - 1 - i] : 1;
            if (x != y && x != 1 && y != 1)
                throw ShapeError.Of(operation, a, b, $"axis -{i + 1} must be equal or one");
            extents[rank - 1 - i] = x == 1 ? y : x;
        }
        return new(extents[..rank]);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (_rank != other._rank)
            return false;
        for (var i = 0; i < _rank; i++)
            if (_extents[i] != other._extents[i])
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < _rank; i++)
            hash.Add(_extents[i]);
        return hash.ToHashCode();
    }

    /// <summary>Same axes, same extents.</summary>
    public static bool operator ==(in Shape a, in Shape b) => a.Equals(b);

    /// <summary>Not the same axes or extents.</summary>
    public static bool operator !=(in Shape a, in Shape b) => !a.Equals(b);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", this)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (var i = 0; i < _rank; i++)
            yield return _extents[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    [InlineArray(MaxRank)]
    private struct Extents
    {
        private int _first;
    }
}
