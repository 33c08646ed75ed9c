using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>
/// Eight sums of products of bytes side by side, by the instructions a processor has. All give the same integers.
/// </summary>
/// <typeparam name="TSums">What the sums are gathered in.</typeparam>
internal interface IByteDot<TSums>
    where TSums : struct
{
    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Sums that begin at zero.</summary>
    static abstract TSums Zero { get; }

    /// <summary>sums[r] += Σ over four columns of codes[r, column] · activation[column]: codes without sign, activations with one, four to an integer.</summary>
    static abstract TSums Add(TSums sums, Vector256<byte> codes, int activations);

    /// <summary>The eight sums.</summary>
    static abstract Vector256<int> Fold(TSums sums);
}

/// <summary>One instruction for all of it (AVX-VNNI).</summary>
internal readonly struct VnniDot : IByteDot<Vector256<int>>
{
    public static bool IsSupported => AvxVnni.IsSupported;

    public static Vector256<int> Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, int activations) =>
        AvxVnni.MultiplyWideningAndAdd(sums, codes, Vector256.Create(activations).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(Vector256<int> sums) => sums;
}

/// <summary>Products of sixteen-bit numbers, added in pairs, in one register of 512 bits (AVX-512BW); the two halves of a row's sum are put together at the end.</summary>
internal readonly struct WideDot512 : IByteDot<Vector512<int>>
{
    public static bool IsSupported => Avx512BW.IsSupported;

    public static Vector512<int> Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> sums, Vector256<byte> codes, int activations)
    {
        var four = Sse41.ConvertToVector128Int16(Vector128.CreateScalarUnsafe(activations).AsSByte());
        var all = Vector512.Create(four.AsInt64()[0]).AsInt16();
        return sums + Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(codes), all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(Vector512<int> sums)
    {
        var pairs = sums + (sums.AsInt64() >> 32).AsInt32();
        return Avx512F.ConvertToVector256Int32(pairs.AsInt64());
    }
}

/// <summary>The two halves of <see cref="WideDot256"/>'s sums: of the first four rows and of the second.</summary>
internal readonly record struct TwoSums(Vector256<int> First, Vector256<int> Second);

/// <summary>Products of sixteen-bit numbers, added in pairs, in registers of 256 bits (AVX2).</summary>
internal readonly struct WideDot256 : IByteDot<TwoSums>
{
    public static bool IsSupported => Avx2.IsSupported;

    public static TwoSums Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoSums Add(TwoSums sums, Vector256<byte> codes, int activations)
    {
        var four = Sse41.ConvertToVector128Int16(Vector128.CreateScalarUnsafe(activations).AsSByte());
        var all = Vector256.Create(four.AsInt64()[0]).AsInt16();
        return new(
            sums.First + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(codes.GetLower()), all),
            sums.Second + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(codes.GetUpper()), all));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fold(TwoSums sums) =>
        Avx2.Permute4x64(Avx2.HorizontalAdd(sums.First, sums.Second).AsInt64(), 0b11_01_10_00).AsInt32();
}

/// <summary>By means that every processor has.</summary>
internal readonly struct PlainDot : IByteDot<Vector256<int>>
{
    public static bool IsSupported => true;

    public static Vector256<int> Zero => default;

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
