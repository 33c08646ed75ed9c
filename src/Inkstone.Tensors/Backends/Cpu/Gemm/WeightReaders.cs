using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>Reads elements of a weight as single precision.</summary>
internal unsafe interface IWeightReader
{
    /// <summary>Bytes of one element.</summary>
    static abstract int Size { get; }

    /// <summary>One element.</summary>
    static abstract float ReadOne(byte* source);

    /// <summary>Four elements.</summary>
    static abstract Vector128<float> ReadFour(byte* source);

    /// <summary>Elements 0 to 3 of one run in the lower half, of another in the upper half; AVX2. Reads eight elements of both.</summary>
    static abstract Vector256<float> ReadFirstFours(byte* lower, byte* upper);

    /// <summary>Elements 4 to 7 of one run in the lower half, of another in the upper half; AVX2. Reads eight elements of both.</summary>
    static abstract Vector256<float> ReadLastFours(byte* lower, byte* upper);
}

/// <summary>Single precision as it lies.</summary>
internal readonly unsafe struct SingleReader : IWeightReader
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadOne(byte* source) => *(float*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReadFour(byte* source) => Vector128.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadFirstFours(byte* lower, byte* upper) => Vector256.Create(ReadFour(lower), ReadFour(upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadLastFours(byte* lower, byte* upper) => Vector256.Create(ReadFour(lower + 16), ReadFour(upper + 16));
}

/// <summary>bfloat16: the upper 16 bits of a single.</summary>
internal readonly unsafe struct BFloat16Reader : IWeightReader
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadOne(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReadFour(byte* source) => UpperHalves.Of(source).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadFirstFours(byte* lower, byte* upper) => UpperHalves.OfFirst(lower, upper).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadLastFours(byte* lower, byte* upper) => UpperHalves.OfLast(lower, upper).AsSingle();
}

/// <summary>
/// IEEE half precision by integer operations, .NET having no vector instruction for it. With the sixteen bits in the upper half of a word,
/// an arithmetic shift by three brings exponent and fraction to their places in a single and leaves the sign in its own. The
/// exponent is then 112 too small, which a multiplication by 2¹¹² mends, subnormal halves included; infinities and NaNs, which that makes
/// finite, get the exponent of a single's.
/// </summary>
internal readonly unsafe struct HalfReader : IWeightReader
{
    private const float Rebias = 5.192296858534828e33f; // 2^112
    private const int Kept = unchecked((int)0x8FFFE000);
    private const int HalfExponent = 0x0F800000;
    private const int SingleExponent = 0x7F800000;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadOne(byte* source) => (float)*(Half*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReadFour(byte* source)
    {
        var bits = (UpperHalves.Of(source).AsInt32() >> 3) & Vector128.Create(Kept);
        var special = Vector128.Equals(bits & Vector128.Create(HalfExponent), Vector128.Create(HalfExponent)) & Vector128.Create(SingleExponent);
        return ((bits.AsSingle() * Rebias).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadFirstFours(byte* lower, byte* upper) => Convert(UpperHalves.OfFirst(lower, upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadLastFours(byte* lower, byte* upper) => Convert(UpperHalves.OfLast(lower, upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Convert(Vector256<uint> words)
    {
        var bits = (words.AsInt32() >> 3) & Vector256.Create(Kept);
        var special = Vector256.Equals(bits & Vector256.Create(HalfExponent), Vector256.Create(HalfExponent)) & Vector256.Create(SingleExponent);
        return ((bits.AsSingle() * Rebias).AsInt32() | special).AsSingle();
    }
}

/// <summary>Words whose upper halves are 16-bit elements and whose lower halves are zero.</summary>
internal static unsafe class UpperHalves
{
    /// <summary>Four elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Of(byte* source) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16;

    /// <summary>Elements 0 to 3 of two runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> OfFirst(byte* lower, byte* upper) =>
        Avx2.UnpackLow(default, Vector256.Create(Vector128.Load((ushort*)lower), Vector128.Load((ushort*)upper))).AsUInt32();

    /// <summary>Elements 4 to 7 of two runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> OfLast(byte* lower, byte* upper) =>
        Avx2.UnpackHigh(default, Vector256.Create(Vector128.Load((ushort*)lower), Vector128.Load((ushort*)upper))).AsUInt32();
}
