using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>The fifth bits of 32 integers, bit i of a 32-bit word for integer i.</summary>
internal static class FifthBits
{
    /// <summary>For each integer the byte of the word that its bit stands in.</summary>
    private static Vector128<byte> First => Vector128.Create(0, 0x0101_0101_0101_0101).AsByte();

    private static Vector128<byte> Second => Vector128.Create(0x0202_0202_0202_0202, 0x0303_0303_0303_0303).AsByte();

    /// <summary>Adds 16 to those of 32 integers whose bit is set.</summary>
    public static void Add(ReadOnlySpan<byte> word, Span<sbyte> integers)
    {
        var bytes = Vector128.CreateScalar(BinaryPrimitives.ReadUInt32LittleEndian(word)).AsByte();
        var bits = Vector128.Create(0x8040_2010_0804_0201).AsByte();
        for (var i = 0; i < 32; i += 16)
        {
            var each = Vector128.Shuffle(bytes, i == 0 ? First : Second);
            var set = Vector128.Equals(each & bits, bits) & Vector128.Create((byte)16);
            (Vector128.Create((ReadOnlySpan<sbyte>)integers[i..]) | set.AsSByte()).CopyTo(integers[i..]);
        }
    }

    /// <summary>Writes the fifth bits of integers.</summary>
    public static void Pack(ReadOnlySpan<sbyte> integers, Span<byte> word)
    {
        var bits = 0u;
        for (var i = 0; i < integers.Length; i++)
            bits |= ((uint)integers[i] >> 4 & 1) << i;
        BinaryPrimitives.WriteUInt32LittleEndian(word, bits);
    }
}
