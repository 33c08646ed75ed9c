using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Eight elements.</summary>
    static abstract Vector256<float> ReadEight(byte* source);
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
    public static Vector256<float> ReadEight(byte* source) => Vector256.Load((float*)source);
}

/// <summary>bfloat16: the upper 16 bits of a single.</summary>
internal readonly unsafe struct BFloat16Reader : IWeightReader
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadOne(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReadFour(byte* source) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadEight(byte* source) =>
        (Vector256.WidenLower(Vector128.Load((ushort*)source).ToVector256Unsafe()) << 16).AsSingle();
}

/// <summary>
/// IEEE half precision by integer operations, .NET having no vector instruction for it: exponent and fraction are moved to their places in a
/// single, whose exponent is then 112 too small, and a multiplication by 2¹¹² mends that, subnormal halves included. Infinities
/// and NaNs, which it would make finite, get the exponent of a single's instead.
/// </summary>
internal readonly unsafe struct HalfReader : IWeightReader
{
    private const float Rebias = 5.192296858534828e33f; // 2^112
    private const uint InfinityBits = 0x7C00u << 13;
    private const uint SingleInfinity = 0x7F800000u;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadOne(byte* source) => (float)*(Half*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ReadFour(byte* source)
    {
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16());
        var magnitude = (bits & Vector128.Create(0x7FFFu)) << 13;
        var sign = (bits & Vector128.Create(0x8000u)) << 16;
        var special = Vector128.GreaterThan(magnitude.AsInt32(), Vector128.Create((int)InfinityBits - 1)).AsUInt32() & Vector128.Create(SingleInfinity);
        return ((magnitude.AsSingle() * Rebias).AsUInt32() | sign | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ReadEight(byte* source)
    {
        var bits = Vector256.WidenLower(Vector128.Load((ushort*)source).ToVector256Unsafe());
        var magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;
        var sign = (bits & Vector256.Create(0x8000u)) << 16;
        var special = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((int)InfinityBits - 1)).AsUInt32() & Vector256.Create(SingleInfinity);
        return ((magnitude.AsSingle() * Rebias).AsUInt32() | sign | special).AsSingle();
    }
}
