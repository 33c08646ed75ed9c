using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Inference;

/// <summary>Sums of exponentials over a vocabulary, four at a time: the order of a sum depends on its length alone.</summary>
internal static class Exponentials
{
    /// <summary>The highest of some scores; NaN when one of them is.</summary>
    public static float Highest(ReadOnlySpan<float> scores)
    {
        var highest = float.NegativeInfinity;
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(scores);
        if (!vectors.IsEmpty)
        {
            var high = vectors[0];
            foreach (var vector in vectors)
                high = Vector256.Max(high, vector); // NaN stays
            for (var i = 0; i < Vector256<float>.Count; i++)
                highest = MathF.Max(highest, high[i]);
        }
        foreach (var score in scores[(vectors.Length * Vector256<float>.Count)..])
            highest = MathF.Max(highest, score);
        return highest;
    }

    /// <inheritdoc cref="Highest(ReadOnlySpan{float})"/>
    public static double Highest(ReadOnlySpan<double> scores)
    {
        var highest = double.NegativeInfinity;
        var vectors = MemoryMarshal.Cast<double, Vector256<double>>(scores);
        if (!vectors.IsEmpty)
        {
            var high = vectors[0];
            foreach (var vector in vectors)
                high = Vector256.Max(high, vector);
            for (var i = 0; i < Vector256<double>.Count; i++)
                highest = Math.Max(highest, high[i]);
        }
        foreach (var score in scores[(vectors.Length * Vector256<double>.Count)..])
            highest = Math.Max(highest, score);
        return highest;
    }

    /// <summary>Copies numbers into twice their width.</summary>
    public static void Widen(ReadOnlySpan<float> scores, Span<double> destination)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(scores);
        var results = MemoryMarshal.Cast<double, Vector256<double>>(destination);
        for (var i = 0; i < vectors.Length; i++)
            (results[2 * i], results[2 * i + 1]) = Vector256.Widen(vectors[i]);
        for (var i = vectors.Length * Vector256<float>.Count; i < scores.Length; i++)
            destination[i] = scores[i];
    }

    /// <summary>Σ e^(score − highest).</summary>
    public static double Sum(ReadOnlySpan<float> scores, double highest)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(scores);
        var shift = Vector256.Create(highest);
        var (first, second) = (Vector256<double>.Zero, Vector256<double>.Zero);
        foreach (var vector in vectors)
        {
            var (lower, upper) = Vector256.Widen(vector);
            first += Vector256.Exp(lower - shift);
            second += Vector256.Exp(upper - shift);
        }
        var sum = Vector256.Sum(first + second);
        foreach (var score in scores[(vectors.Length * Vector256<float>.Count)..])
            sum += Math.Exp(score - highest);
        return sum;
    }

    /// <summary>Weights e^(score − highest), and their sum.</summary>
    public static double Fill(ReadOnlySpan<double> scores, double highest, Span<double> weights)
    {
        var vectors = MemoryMarshal.Cast<double, Vector256<double>>(scores);
        var results = MemoryMarshal.Cast<double, Vector256<double>>(weights);
        var shift = Vector256.Create(highest);
        var total = Vector256<double>.Zero;
        for (var i = 0; i < vectors.Length; i++)
            total += results[i] = Vector256.Exp(vectors[i] - shift);
        var sum = Vector256.Sum(total);
        for (var i = vectors.Length * Vector256<double>.Count; i < scores.Length; i++)
            sum += weights[i] = Math.Exp(scores[i] - highest);
        return sum;
    }
}
