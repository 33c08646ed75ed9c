namespace Inkstone.Tensors;

/// <summary>
/// Eight scales and eight offsets of six bits in twelve bytes (Q4_K and Q5_K): bytes 0 to 3 hold the first four scales and bytes 4 to 7 the first four offsets in
/// their lower six bits; bytes 8 to 11 the lower four bits of the other scales and, above them, of the other offsets, whose upper two bits are the
/// upper two of bytes 0 to 3 and 4 to 7.
/// </summary>
internal static class SixBitPairs
{
    /// <summary>Bytes taken.</summary>
    public const int Bytes = 12;

    /// <summary>The scale and the offset of a group.</summary>
    public static (int Scale, int Offset) Read(ReadOnlySpan<byte> packed, int group)
    {
        if (group < 4)
            return (packed[group] & 63, packed[group + 4] & 63);
        var lower = packed[group + 4];
        return ((lower & 15) | (packed[group - 4] >> 6 << 4), (lower >> 4) | (packed[group] >> 6 << 4));
    }

    /// <summary>Writes all scales and offsets.</summary>
    public static void Write(ReadOnlySpan<sbyte> scales, ReadOnlySpan<sbyte> offsets, Span<byte> packed)
    {
        for (var group = 0; group < 4; group++)
        {
            var (scale, offset) = ((int)scales[group + 4], (int)offsets[group + 4]);
            packed[group] = (byte)(scales[group] + (scale >> 4 << 6));
            packed[group + 4] = (byte)(offsets[group] + (offset >> 4 << 6));
            packed[group + 8] = (byte)((scale & 15) | (offset << 4));
        }
    }
}
