using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Eight sums of products of bytes side by side, by the instructions a processor has. All give the same integers.
/// </summary>
/// <typeparam name="TSums">What the sums are gathered in.</typeparam>
/// <typeparam name="TFour">Four activations, laid out for the product.</typeparam>
internal unsafe interface IByteDot<TSums, TFour>
    where TSums : struct
    where TFour : struct
{
    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Sums that begin at a number.</summary>
    static abstract TSums Start(int* number);

    /// <summary>Four activations.</summary>
    static abstract TFour Spread(sbyte* activations);

    /// <summary>sums[r] += Σ over four columns of codes[r, column] · activation[column]: codes without sign, activations with one.</summary>
    static abstract TSums Add(TSums sums, Vector256<byte> codes, TFour activations);

    /// <summary>The eight sums.</summary>
    static abstract Vector256<int> Fold(TSums sums);
}

/// <summary>One instruction for all of it (AVX-VNNI).</summary>
internal readonly unsafe struct VnniDot : IByteDot<Vector256<int>, Vector256<sbyte>>
{
    public static bool IsSupported => AvxVnni.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Start(int* number) => Avx2.BroadcastScalarToVector256(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Spread(sbyte* activations) => Avx2.BroadcastScalarToVector256((int*)activations).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> activations) =>
        AvxVnni.MultiplyWideningAndAdd(sums, codes, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(Vector256<int> sums) => sums;
}

/// <summary>Products of sixteen-bit numbers, added in pairs, in one register of 512 bits (AVX-512BW); the two halves of a row's sum are put together at the end.</summary>
internal readonly unsafe struct WideDot512 : IByteDot<Vector512<int>, Vector512<short>>
{
    public static bool IsSupported => Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Start(int* number) => Vector512.Create((ulong)(uint)*number).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Spread(sbyte* activations) =>
        Avx512F.BroadcastScalarToVector512(Sse41.ConvertToVector128Int16(Vector128.CreateScalarUnsafe(*(int*)activations).AsSByte()).AsInt64()).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> sums, Vector256<byte> codes, Vector512<short> activations) =>
        sums + Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(codes), activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(Vector512<int> sums) => Avx512F.ConvertToVector256Int32((sums + (sums.AsInt64() >> 32).AsInt32()).AsInt64());
}

/// <summary>The two halves of <see cref="WideDot256"/>'s sums: of the first four rows and of the second.</summary>
internal readonly record struct TwoSums(Vector256<int> First, Vector256<int> Second);

/// <summary>Products of sixteen-bit numbers, added in pairs, in registers of 256 bits (AVX2).</summary>
internal readonly unsafe struct WideDot256 : IByteDot<TwoSums, Vector256<short>>
{
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoSums Start(int* number)
    {
        var even = Vector256.Create((ulong)(uint)*number).AsInt32();
        return new(even, even);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Spread(sbyte* activations) =>
        Avx2.BroadcastScalarToVector256(Sse41.ConvertToVector128Int16(Vector128.CreateScalarUnsafe(*(int*)activations).AsSByte()).AsInt64()).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoSums Add(TwoSums sums, Vector256<byte> codes, Vector256<short> activations) => new(
        sums.First + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(codes.GetLower()), activations),
        sums.Second + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(codes.GetUpper()), activations));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(TwoSums sums) =>
        Avx2.Permute4x64(Avx2.HorizontalAdd(sums.First, sums.Second).AsInt64(), 0b11_01_10_00).AsInt32();
}

/// <summary>By means that every processor has.</summary>
internal readonly unsafe struct PlainDot : IByteDot<Vector256<int>, int>
{
    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Start(int* number) => Vector256.Create(*number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Spread(sbyte* activations) => *(int*)activations;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, int activations)
    {
        var words = codes.AsUInt32();
        for (var column = 0; column < 4; column++)
        {
            sums += (words & Vector256.Create(0xFFu)).AsInt32() * (sbyte)activations;
            words >>= 8;
            activations >>= 8;
        }
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(Vector256<int> sums) => sums;
}
