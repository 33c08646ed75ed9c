using System.Buffers.Binary;

namespace Inkstone.Tensors;

/// <summary>The fifth bits of 32 integers, bit i of a 32-bit word for integer i.</summary>
internal static class FifthBits
{
    /// <summary>Adds 16 to the integers whose bit is set.</summary>
    public static void Add(ReadOnlySpan<byte> word, Span<sbyte> integers)
    {
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(word);
        for (var i = 0; i < integers.Length; i++)
            integers[i] |= (sbyte)((bits >> i << 4) & 16);
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
