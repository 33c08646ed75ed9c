using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// The end of a range that is no whole vector: fewer than <c>Count</c> values, read and written one by one and computed as a vector.
/// Nothing outside the range is touched.
/// </summary>
internal static unsafe class SimdMemory
{
    /// <summary>The first <paramref name="count"/> values; the other lanes are zero.</summary>
    public static TVector LoadPartial<TVector>(float* source, nint count) where TVector : struct, ISimd<TVector> =>
        LoadPartial(source, count, default(TVector));

    /// <summary>The first <paramref name="count"/> values; the other lanes are those of <paramref name="others"/>.</summary>
    public static TVector LoadPartial<TVector>(float* source, nint count, TVector others) where TVector : struct, ISimd<TVector>
    {
        var lanes = (float*)Unsafe.AsPointer(ref others);
        for (nint i = 0; i < count; i++)
            lanes[i] = source[i];
        return others;
    }

    /// <summary>Writes the first <paramref name="count"/> lanes.</summary>
    public static void StorePartial<TVector>(TVector value, float* destination, nint count) where TVector : struct, ISimd<TVector>
    {
        var lanes = (float*)Unsafe.AsPointer(ref value);
        for (nint i = 0; i < count; i++)
            destination[i] = lanes[i];
    }

    /// <summary>Writes the vector's lanes over the whole range, again and again.</summary>
    public static void Fill<TVector>(TVector value, float* destination, nint count) where TVector : struct, ISimd<TVector>
    {
        nint i = 0;
        for (; i <= count - TVector.Count; i += TVector.Count)
            TVector.Store(value, destination + i);
        if (i < count)
            StorePartial(value, destination + i, count - i);
    }
}
