namespace Inkstone.Tensors.Tests;

/// <summary>What all tests of kernels share: the widths, awkward lengths, random numbers and comparison with double precision.</summary>
public abstract class KernelTest
{
    /// <summary>Every width; 512 bits runs in software where the processor has none.</summary>
    public static TheoryData<VectorWidth> Widths => [VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    /// <summary>Every tail of every width, and long ones.</summary>
    internal static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 71), 255, 1000, 4099];

    /// <summary>A few lengths around the widths, for rows.</summary>
    internal static IEnumerable<int> ShortLengths => [1, 2, 3, 4, 5, 7, 8, 11, 15, 16, 17, 31, 32, 33, 45, 64, 65, 130];

    internal static Func<int, float> Noise(int seed, double low = -2, double high = 2)
    {
        var random = new Random(seed);
        return _ => (float)(low + (high - low) * random.NextDouble());
    }

    internal static NativeArray Random(int length, int seed, double low = -2, double high = 2) => new(length, Noise(seed, low, high));

    /// <summary>|found − expected| ≤ relative·|expected| + absolute; NaN and infinities must agree.</summary>
    internal static void Close(double expected, float found, double relative, double absolute, string where)
    {
        var rounded = (float)expected;
        var equal = float.IsNaN(rounded) ? float.IsNaN(found)
            : float.IsInfinity(rounded) || float.IsInfinity(found) ? rounded == found
            : Math.Abs(expected - found) <= relative * Math.Abs(expected) + absolute;
        Assert.True(equal, FormattableString.Invariant($"{where}: expected {expected:g9}, found {found:g9}"));
    }

    internal static void Close(ReadOnlySpan<double> expected, NativeArray found, double relative, double absolute, string where)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            Close(expected[i], found[i], relative, absolute, $"{where} [{i}]");
    }

    /// <summary>The derivative of <paramref name="f"/> by central differences in double precision.</summary>
    internal static double Slope(Func<double, double> f, double x, double step = 1e-5) => (f(x + step) - f(x - step)) / (2 * step);
}
