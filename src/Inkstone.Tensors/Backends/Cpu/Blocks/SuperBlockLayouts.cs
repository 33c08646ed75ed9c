using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Q4_K: codes of four bits, 32 columns a group, eight groups a super-block. Before a super-block stand each row's d and m in single precision, before a group the
/// rows' integers s and n: scale = d·s and offset = −(m·n), rounded as the format says. 4.75 bits a number.
/// </summary>
internal readonly unsafe struct SuperScaledNibbles : IPanelLayout
{
    private const int Groups = 8;
    private const int HeadBytes = 2 * Panel.Rows * sizeof(float);
    private const int GroupBytes = Panel.Rows * (2 + 16);
    private const int SuperBytes = HeadBytes + Groups * GroupBytes;

    public static int GroupLength => 32;

    public static int CodeBits => 4;

    public static int Bias => 0;

    public static bool HasOffsets => true;

    public static long ByteLength(int groups) => (long)groups / Groups * SuperBytes;

    public static byte* Codes(byte* panel, int group) => At(panel, group) + 2 * Panel.Rows;

    public static int Step(int group) => GroupBytes + ((group & 7) == 7 ? HeadBytes : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second)
    {
        var d = (float*)Super(panel, group);
        var integers = At(panel, group);
        (first, second) = (Small.Widen(integers) * Vector256.Load(d), Small.Widen(integers + 8) * Vector256.Load(d + 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second)
    {
        var m = (float*)Super(panel, group) + Panel.Rows;
        var integers = At(panel, group) + Panel.Rows;
        (first, second) = (Small.Widen(integers) * Vector256.Load(m), Small.Widen(integers + 8) * Vector256.Load(m + 8));
    }

    public static void WriteScales(ReadOnlySpan<byte> block, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets, byte* panel, int group, int row)
    {
        var head = (float*)Super(panel, group);
        head[row] = HalfScale.Read(block, 0);
        head[Panel.Rows + row] = -HalfScale.Read(block, 2);
        for (var i = 0; i < Groups; i++)
        {
            var (scale, offset) = SixBitPairs.Read(block[BlockQ4_K.Pairs..], i);
            At(panel, group + i)[row] = (byte)scale;
            At(panel, group + i)[Panel.Rows + row] = (byte)offset;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Super(byte* panel, int group) => panel + (nint)(group >> 3) * SuperBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* At(byte* panel, int group) => Super(panel, group) + HeadBytes + (group & 7) * GroupBytes;
}

/// <summary>
/// Q6_K: codes in eight bits, 16 columns a group, sixteen groups a super-block. Before a super-block stands each row's d in single precision, before a group the rows'
/// integers s: scale = d·s. 8.625 bits a number.
/// </summary>
internal readonly unsafe struct SuperScaledBytes : IPanelLayout
{
    private const int Groups = 16;
    private const int HeadBytes = Panel.Rows * sizeof(float);
    private const int GroupBytes = Panel.Rows * (1 + 16);
    private const int SuperBytes = HeadBytes + Groups * GroupBytes;

    public static int GroupLength => 16;

    public static int CodeBits => 8;

    public static int Bias => 32;

    public static bool HasOffsets => false;

    public static long ByteLength(int groups) => (long)groups / Groups * SuperBytes;

    public static byte* Codes(byte* panel, int group) => At(panel, group) + Panel.Rows;

    public static int Step(int group) => GroupBytes + ((group & 15) == 15 ? HeadBytes : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second)
    {
        var d = (float*)Super(panel, group);
        var integers = (sbyte*)At(panel, group);
        (first, second) = (Small.Widen(integers) * Vector256.Load(d), Small.Widen(integers + 8) * Vector256.Load(d + 8));
    }

    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) => first = second = default;

    public static void WriteScales(ReadOnlySpan<byte> block, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets, byte* panel, int group, int row)
    {
        ((float*)Super(panel, group))[row] = HalfScale.Read(block, BlockQ6_K.Scale);
        for (var i = 0; i < Groups; i++)
            At(panel, group + i)[row] = block[BlockQ6_K.Scales + i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Super(byte* panel, int group) => panel + (nint)(group >> 4) * SuperBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* At(byte* panel, int group) => Super(panel, group) + HeadBytes + (group & 15) * GroupBytes;
}

/// <summary>Small integers as single precision.</summary>
internal static unsafe class Small
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(byte* integers)
    {
        if (Avx2.IsSupported)
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(integers));
        var shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)integers).AsByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(shorts).AsInt32(), Vector128.WidenUpper(shorts).AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(sbyte* integers)
    {
        if (Avx2.IsSupported)
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(integers));
        var shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)integers).AsSByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)));
    }
}
