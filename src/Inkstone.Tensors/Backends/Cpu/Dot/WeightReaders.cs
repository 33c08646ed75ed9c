using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>Reads elements of a weight as single precision.</summary>
internal unsafe interface IWeightReader
{
    /// <summary>Whether elements are single precision already.</summary>
    static abstract bool IsSingle { get; }

    /// <summary>Bytes of one element.</summary>
    static abstract int Size { get; }

    /// <summary>Eight elements as single precision.</summary>
    static abstract Vector256<float> ReadEight(byte* source);

    /// <summary>Writes elements as single precision.</summary>
    static abstract void Widen(byte* source, float* destination, int count);
}

/// <summary>Single precision as it lies.</summary>
internal readonly unsafe struct SingleReader : IWeightReader
{
    public static bool IsSingle => true;

    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadEight(byte* source) => Vector256.Load((float*)source);

    public static void Widen(byte* source, float* destination, int count) =>
        Unsafe.CopyBlockUnaligned(destination, source, checked((uint)count * sizeof(float)));
}

/// <summary>bfloat16: the upper 16 bits of a single.</summary>
internal readonly unsafe struct BFloat16Reader : IWeightReader
{
    public static bool IsSingle => false;

    public static int Size => sizeof(ushort);

    public static float ReadOne(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadEight(byte* source) => (EightWords.Widen((ushort*)source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* source, float* destination, int count)
    {
        var i = 0;
        for (; i <= count - 8; i += 8, source += 16)
            ReadEight(source).Store(destination + i);
        for (; i < count; i++, source += Size)
            destination[i] = ReadOne(source);
    }
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

    public static bool IsSingle => false;

    public static int Size => sizeof(ushort);

    public static float ReadOne(byte* source) => Halves.Widen(*(ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadEight(byte* source)
    {
        var bits = ((EightWords.Widen((ushort*)source) << 16).AsInt32() >> 3) & Vector256.Create(Kept);
        var special = Vector256.Equals(bits & Vector256.Create(HalfExponent), Vector256.Create(HalfExponent)) & Vector256.Create(SingleExponent);
        return ((bits.AsSingle() * Rebias).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* source, float* destination, int count)
    {
        var i = 0;
        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
            for (; i <= count - 32; i += 32, source += 64)
                WidenThirtyTwo(source, destination + i);
        for (; i <= count - 8; i += 8, source += 16)
            ReadEight(source).Store(destination + i);
        for (; i < count; i++, source += Size)
            destination[i] = ReadOne(source);
    }

    /// <summary>Thirty-two numbers; the rare ones that are not finite are looked for in all of them at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WidenThirtyTwo(byte* source, float* destination)
    {
        var exponent = Vector512.Create((ushort)0x7C00);
        if (Vector512.EqualsAny(Vector512.Load((ushort*)source) & exponent, exponent))
        {
            for (var i = 0; i < 32; i += 8)
                ReadEight(source + 2 * i).Store(destination + i);
            return;
        }
        WidenFinite((ushort*)source).Store(destination);
        WidenFinite((ushort*)source + 16).Store(destination + 16);
    }

    /// <summary>Sixteen finite numbers, by AVX-512; what is not finite becomes finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WidenFinite(ushort* source) =>
        ((Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << 13) & Vector512.Create(Kept)).AsSingle() * Rebias;
}

/// <summary>Eight numbers of sixteen bits in as many of 32.</summary>
internal static unsafe class EightWords
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Widen(ushort* source)
    {
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32(source).AsUInt32();
        var (lower, upper) = Vector128.Widen(Vector128.Load(source));
        return Vector256.Create(lower, upper);
    }
}

/// <summary>Facts of <see cref="WeightElement"/>.</summary>
internal static class WeightElements
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this WeightElement element) => element == WeightElement.Single ? sizeof(float) : sizeof(ushort);
}
