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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) =>
        Halves.Widen((ushort*)(panel + (nint)group * GroupBytes), out first, out second);

    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) => first = second = default;

    public static void Write(byte* panel, int group, int row, float scale, float offset) =>
        ((Half*)(panel + (nint)group * GroupBytes))[row] = (Half)scale;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) =>
        Halves.Widen((ushort*)(panel + (nint)group * GroupBytes), out first, out second);

    public static void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second) => first = second = default;

    public static void Write(byte* panel, int group, int row, float scale, float offset) =>
        ((Half*)(panel + (nint)group * GroupBytes))[row] = (Half)scale;
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

    public static void Write(byte* panel, int group, int row, float scale, float offset)
    {
        var head = (float*)(panel + (nint)group * GroupBytes);
        head[row] = scale;
        if (TGroup.HasOffsets)
            head[Panel.Rows + row] = offset;
    }
}

/// <summary>Sixteen half-precision numbers at once, by integer operations (<see cref="HalfReader"/> says how).</summary>
internal static unsafe class Halves
{
    private const float Rebias = 5.192296858534828e33f; // 2^112

    /// <summary>Sixteen numbers as single precision. Infinities and NaNs become finite: a file's scales are checked when it is loaded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(ushort* source, out Vector256<float> first, out Vector256<float> second)
    {
        var (lower, upper) = Vector256.Widen(Vector256.Load(source));
        (first, second) = (Convert(lower), Convert(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Convert(Vector256<uint> halves)
    {
        var bits = ((halves << 16).AsInt32() >> 3) & Vector256.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Rebias;
    }
}
