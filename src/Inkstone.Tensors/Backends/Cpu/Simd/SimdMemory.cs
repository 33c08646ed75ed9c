using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// Ranges that are no whole number of vectors: their end is read and written value by value and computed as a vector. Nothing outside the
/// range is touched.
/// </summary>
internal static unsafe class SimdMemory
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The first <paramref name="count"/> values, or a whole vector where there are as many; the other lanes are zero.</summary>
    [MethodImpl(Inline)]
    public static TVector LoadPartial<TVector>(float* source, nint count) where TVector : struct, ISimd<TVector> =>
        count >= TVector.Count ? TVector.Load(source) : LoadSome(source, count, default(TVector));

    /// <summary>The first <paramref name="count"/> values, or a whole vector; the other lanes are those of <paramref name="others"/>.</summary>
    [MethodImpl(Inline)]
    public static TVector LoadPartial<TVector>(float* source, nint count, TVector others) where TVector : struct, ISimd<TVector> =>
        count >= TVector.Count ? TVector.Load(source) : LoadSome(source, count, others);

    /// <summary>Writes the first <paramref name="count"/> lanes, or the whole vector.</summary>
    [MethodImpl(Inline)]
    public static void StorePartial<TVector>(TVector value, float* destination, nint count) where TVector : struct, ISimd<TVector>
    {
        if (count >= TVector.Count)
            TVector.Store(value, destination);
        else
            StoreSome(value, destination, count);
    }

    /// <summary>Writes the vector's lanes over the whole range, again and again.</summary>
    public static void Fill<TVector>(TVector value, float* destination, nint count) where TVector : struct, ISimd<TVector>
    {
        for (nint i = 0; i < count; i += TVector.Count)
            StorePartial(value, destination + i, count - i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TVector LoadSome<TVector>(float* source, nint count, TVector others) where TVector : struct, ISimd<TVector>
    {
        var lanes = (float*)Unsafe.AsPointer(ref others);
        for (nint i = 0; i < count; i++)
            lanes[i] = source[i];
        return others;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreSome<TVector>(TVector value, float* destination, nint count) where TVector : struct, ISimd<TVector>
    {
        var lanes = (float*)Unsafe.AsPointer(ref value);
        for (nint i = 0; i < count; i++)
            destination[i] = lanes[i];
    }
}
