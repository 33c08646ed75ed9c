using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Integers of four bits, two to a byte: the first half of them in the lower halves of the bytes, the second in the upper.</summary>
internal static class Nibbles
{
    /// <summary>Takes bytes, a multiple of 16 of them, apart.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, Span<sbyte> integers)
    {
        for (var i = 0; i < packed.Length; i += 16)
        {
            var bytes = Vector128.Create(packed[i..]);
            (bytes & Vector128.Create((byte)15)).AsSByte().CopyTo(integers[i..]);
            (bytes >> 4).AsSByte().CopyTo(integers[(i + packed.Length)..]);
        }
    }

    /// <summary>Puts integers together.</summary>
    public static void Pack(ReadOnlySpan<sbyte> integers, Span<byte> packed)
    {
        for (var i = 0; i < packed.Length; i++)
            packed[i] = (byte)((integers[i] & 15) | (integers[i + packed.Length] << 4));
    }

    /// <summary>Replaces codes by the levels they stand for.</summary>
    public static void Decode(Span<sbyte> codes, ReadOnlySpan<sbyte> levels)
    {
        var table = Vector128.Create(levels);
        for (var i = 0; i < codes.Length; i += 16)
            Vector128.Shuffle(table, Vector128.Create((ReadOnlySpan<sbyte>)codes[i..])).CopyTo(codes[i..]);
    }

    /// <summary>Replaces levels by their codes.</summary>
    /// <param name="levels">What <see cref="Decode"/> gave.</param>
    /// <param name="codes">The code of each level, at level + 128.</param>
    public static void Encode(Span<sbyte> levels, ReadOnlySpan<byte> codes)
    {
        for (var i = 0; i < levels.Length; i++)
            levels[i] = (sbyte)codes[levels[i] + 128];
    }
}
