using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Codes of eight bits, scales in half precision, 32 columns a group: Q8_0, byte for byte as large as in the file.</summary>
internal readonly unsafe struct HalfScaledBytes : IPanelLayout
{
    private const int GroupBytes = Panel.Rows * (sizeof(ushort) + 32);

    public static int GroupLength => 32;

    public static int CodeBits => 8;

    public static int Bias => 128;

    public static bool HasOffsets => false;

    public static long ByteLength(int groups) => (long)groups * GroupBytes;

    public static byte* Codes(byte* panel, int group) => panel + (nint)group * GroupBytes + Panel.Rows * sizeof(ushort);

    public static int Step(int group) => GroupBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) =>
        Halves.Widen((ushort*)(panel + (nint)group * GroupBytes), out first, out second);

    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) => first = second = default;

    public static void WriteScales(ReadOnlySpan<byte> block, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets, byte* panel, int group, int row) =>
        ((ushort*)(panel + (nint)group * GroupBytes))[row] = BinaryPrimitives.ReadUInt16LittleEndian(block);
}

/// <summary>Codes of four bits, scales in half precision, 32 columns a group: Q4_0, byte for byte as large as in the file.</summary>
internal readonly unsafe struct HalfScaledNibbles : IPanelLayout
{
    private const int GroupBytes = Panel.Rows * (sizeof(ushort) + 16);

    public static int GroupLength => 32;

    public static int CodeBits => 4;

    public static int Bias => 8;

    public static bool HasOffsets => false;

    public static long ByteLength(int groups) => (long)groups * GroupBytes;

    public static byte* Codes(byte* panel, int group) => panel + (nint)group * GroupBytes + Panel.Rows * sizeof(ushort);

    public static int Step(int group) => GroupBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) =>
        Halves.Widen((ushort*)(panel + (nint)group * GroupBytes), out first, out second);

    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) => first = second = default;

    public static void WriteScales(ReadOnlySpan<byte> block, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets, byte* panel, int group, int row) =>
        ((ushort*)(panel + (nint)group * GroupBytes))[row] = BinaryPrimitives.ReadUInt16LittleEndian(block);
}

/// <summary>Codes of eight bits with scales, and offsets where there are any, in single precision: what every format can be unpacked to.</summary>
/// <typeparam name="TGroup">What a group is.</typeparam>
internal readonly unsafe struct SingleScaledBytes<TGroup> : IPanelLayout
    where TGroup : struct, IGroupKind
{
    private static int HeadBytes => Panel.Rows * sizeof(float) * (TGroup.HasOffsets ? 2 : 1);

    private static int GroupBytes => HeadBytes + Panel.Rows * TGroup.Length;

    public static int GroupLength => TGroup.Length;

    public static int CodeBits => 8;

    public static int Bias => 128;

    public static bool HasOffsets => TGroup.HasOffsets;

    public static long ByteLength(int groups) => (long)groups * GroupBytes;

    public static byte* Codes(byte* panel, int group) => panel + (nint)group * GroupBytes + HeadBytes;

    public static int Step(int group) => GroupBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second)
    {
        var scales = (float*)(panel + (nint)group * GroupBytes);
        (first, second) = (Vector256.Load(scales), Vector256.Load(scales + 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second)
    {
        if (!TGroup.HasOffsets)
        {
            first = second = default;
            return;
        }
        var offsets = (float*)(panel + (nint)group * GroupBytes) + Panel.Rows;
        (first, second) = (Vector256.Load(offsets), Vector256.Load(offsets + 8));
    }

    public static void WriteScales(ReadOnlySpan<byte> block, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets, byte* panel, int group, int row)
    {
        for (var i = 0; i < scales.Length; i++, group++)
        {
            var head = (float*)(panel + (nint)group * GroupBytes);
            head[row] = scales[i];
            if (TGroup.HasOffsets)
                head[Panel.Rows + row] = offsets[i];
        }
    }
}
