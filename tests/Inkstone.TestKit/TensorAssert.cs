using System.Globalization;
using Inkstone.Tensors;

namespace Inkstone.TestKit;

/// <summary>Comparisons of numbers and tensors by ‖actual − expected‖ / ‖expected‖.</summary>
public static class TensorAssert
{
    /// <summary>Below this norm there is nothing to be relative to, and the difference itself counts.</summary>
    private const double Nothing = 1e-5;

    /// <summary>The relative error; NaN and infinities must match place by place.</summary>
    public static double RelativeError(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        if (expected.Length != actual.Length)
            throw new CheckFailedException($"{actual.Length} numbers where {expected.Length} were expected");
        var (difference, norm) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!double.IsFinite(expected[i]) || !double.IsFinite(actual[i]))
            {
                if (!expected[i].Equals(actual[i]))
                    return double.PositiveInfinity;
                continue;
            }
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.Sqrt(difference) / Math.Max(Math.Sqrt(norm), Nothing);
    }

    /// <summary>Throws unless the relative error is at most the tolerance.</summary>
    public static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        var error = RelativeError(expected, actual);
        if (!(error <= tolerance))
            throw new CheckFailedException(string.Create(
                CultureInfo.InvariantCulture, $"{what}: relative error {error:g3}, allowed {tolerance:g3}; expected {Few(expected)}, found {Few(actual)}"));
    }

    /// <summary>Throws unless the shapes are equal and the relative error is at most the tolerance.</summary>
    public static void Close(in Tensor expected, in Tensor actual, double tolerance, string what)
    {
        if (expected.Shape != actual.Shape)
            throw new CheckFailedException($"{what}: shape {actual.Shape} where {expected.Shape} was expected");
        Close(expected.ToDoubles(), actual.ToDoubles(), tolerance, what);
    }

    /// <summary>Throws unless the tensor has the golden tensor's shape and, within the tolerance, its numbers.</summary>
    public static void Close(GoldenTensor expected, in Tensor actual, double tolerance, string what)
    {
        if (Shape.Create(expected.Extents) != actual.Shape)
            throw new CheckFailedException($"{what}: shape {actual.Shape} where [{string.Join(", ", expected.Extents)}] was expected");
        Close(expected.Data, actual.ToDoubles(), tolerance, what);
    }

    private static string Few(ReadOnlySpan<double> numbers) =>
        "[" + string.Join(", ", numbers[..Math.Min(6, numbers.Length)].ToArray().Select(n => n.ToString("g6", CultureInfo.InvariantCulture)))
            + (numbers.Length > 6 ? ", …]" : "]");
}
