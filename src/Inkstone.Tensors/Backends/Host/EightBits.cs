using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// 32 numbers as integers of eight bits with a scale: d = max |x| / 127 in single precision, a = the whole number nearest x · (1 / d), ties to the even one, so x ≈ d · a.
/// Activations that meet block formats are rounded so, and keys and values that are stored so.
/// </summary>
internal static unsafe class EightBits
{
    /// <summary>Numbers that share a scale.</summary>
    public const int Length = 32;

    /// <summary>Rounds 32 numbers.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="integers">Takes the integers.</param>
    /// <param name="firstSum">The sum of the first sixteen.</param>
    /// <param name="secondSum">The sum of the others.</param>
    /// <returns>d.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float* x, sbyte* integers, out int firstSum, out int secondSum)
    {
        var (x0, x1, x2, x3) = (Vector256.Load(x), Vector256.Load(x + 8), Vector256.Load(x + 16), Vector256.Load(x + 24));
        var largest = Vector256.Max(Vector256.Max(Vector256.Abs(x0), Vector256.Abs(x1)), Vector256.Max(Vector256.Abs(x2), Vector256.Abs(x3)));
        var four = Vector128.Max(largest.GetLower(), largest.GetUpper());
        var scale = MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3])) / 127;
        var inverse = scale > 0 ? 1 / scale : 0;
        var (a0, a1, a2, a3) = (Whole(x0, inverse), Whole(x1, inverse), Whole(x2, inverse), Whole(x3, inverse));
        Vector256.Narrow(Vector256.Narrow(a0, a1), Vector256.Narrow(a2, a3)).Store(integers);
        (firstSum, secondSum) = (Vector256.Sum(a0 + a1), Vector256.Sum(a2 + a3));
        return scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(Vector256<float> x, float inverse) => Vector256.ConvertToInt32(Vector256.Round(x * inverse));
}
