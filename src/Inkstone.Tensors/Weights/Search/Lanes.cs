using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>What vectors lack whose results must be the same on every processor.</summary>
internal static class Lanes
{
    /// <summary>Eight numbers from a place on; the caller knows that they are there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ReadOnlySpan<float> values, int start) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)start);

    /// <summary>The sum of all lanes, in one order everywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }

    /// <summary>Eight integers of a byte's range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(Vector256<float> lanes, Span<sbyte> integers)
    {
        var words = Vector256.ConvertToInt32(lanes);
        var shorts = Vector128.Narrow(words.GetLower(), words.GetUpper());
        Vector64.Narrow(shorts.GetLower(), shorts.GetUpper()).CopyTo(integers);
    }

    /// <summary>Subtracts a number from integers, a multiple of 16 of them.</summary>
    public static void Subtract(Span<sbyte> integers, int number)
    {
        for (var i = 0; i < integers.Length; i += 16)
            (Vector128.Create((ReadOnlySpan<sbyte>)integers[i..]) - Vector128.Create((sbyte)number)).CopyTo(integers[i..]);
    }

    /// <summary>Whether no value differs from the first.</summary>
    public static bool AllEqual(ReadOnlySpan<float> values) => !values.ContainsAnyExcept(values[0]);

    /// <summary>The value farthest from zero, with its sign; the first of equals.</summary>
    public static float Peak(ReadOnlySpan<float> values)
    {
        var peak = 0f;
        foreach (var value in values)
        {
            if (Math.Abs(value) > Math.Abs(peak))
                peak = value;
        }
        return peak;
    }
}
