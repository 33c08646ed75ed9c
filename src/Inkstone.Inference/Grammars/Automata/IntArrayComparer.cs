namespace Inkstone.Inference;

/// <summary>Compares rows of numbers by what they hold.</summary>
internal sealed class IntArrayComparer : IEqualityComparer<int[]>
{
    public static IntArrayComparer Instance { get; } = new();

    public bool Equals(int[]? left, int[]? right) => left.AsSpan().SequenceEqual(right);

    public int GetHashCode(int[] row)
    {
        var hash = new HashCode();
        hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(row));
        return hash.ToHashCode();
    }
}
