using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>The integers that a format can store for a weight.</summary>
internal interface ILevels
{
    /// <summary>The least level.</summary>
    float Lowest { get; }

    /// <summary>The greatest level.</summary>
    float Highest { get; }

    /// <summary>How far scales around the natural one are searched, as a fraction: about one step of the levels at their end.</summary>
    float Reach { get; }

    /// <summary>The level nearest to each number.</summary>
    Vector256<float> Nearest(Vector256<float> values);

    /// <summary>The level nearest to a number.</summary>
    float Nearest(float value);
}

/// <summary>All integers of an interval.</summary>
internal readonly struct LinearLevels(float lowest, float highest) : ILevels
{
    public float Lowest => lowest;

    public float Highest => highest;

    public float Reach => 1 / highest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Nearest(Vector256<float> values) =>
        Vector256.MinNative(Vector256.MaxNative(Vector256.Round(values), Vector256.Create(lowest)), Vector256.Create(highest));

    public float Nearest(float value) => Math.Clamp(MathF.Round(value, MidpointRounding.ToEven), lowest, highest);
}

/// <summary>The sixteen levels of IQ4_NL and IQ4_XS, denser about zero.</summary>
internal readonly struct UnevenLevels : ILevels
{
    private static readonly Codebook Book = new(Values);

    /// <summary>The level of each code.</summary>
    public static ReadOnlySpan<sbyte> Values => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>The code of each level, at level + 128.</summary>
    public static ReadOnlySpan<byte> Codes => Book.Codes;

    public float Lowest => -127;

    public float Highest => 113;

    public float Reach => 0.15f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Nearest(Vector256<float> values) => Book.Nearest(values);

    public float Nearest(float value) => Book.Nearest(value);
}

/// <summary>The levels of MXFP4: twice the numbers of E2M1. Zero twice, the second of them negative.</summary>
internal readonly struct MicroscalingLevels : ILevels
{
    private static readonly Codebook Book = new(Values);

    /// <summary>The level of each code.</summary>
    public static ReadOnlySpan<sbyte> Values => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>The code of each level, at level + 128.</summary>
    public static ReadOnlySpan<byte> Codes => Book.Codes;

    public float Lowest => -12;

    public float Highest => 12;

    public float Reach => 0.5f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Nearest(Vector256<float> values) => Book.Nearest(values);

    public float Nearest(float value) => Book.Nearest(value);
}

/// <summary>Levels that are listed: the nearest is the lowest, and one difference more for each midpoint between neighbours that is passed.</summary>
internal sealed class Codebook
{
    private readonly float _lowest;
    private readonly (float Middle, float Difference)[] _steps;

    /// <summary>Levels by their codes, in any order; of equal ones the first code counts.</summary>
    public Codebook(ReadOnlySpan<sbyte> values)
    {
        sbyte[] ascending = [.. values.ToArray().Distinct().Order()];
        _lowest = ascending[0];
        _steps = [.. ascending.Skip(1).Zip(ascending, (level, below) => ((level + below) * 0.5f, (float)(level - below)))];
        Codes = new byte[256];
        for (var code = values.Length - 1; code >= 0; code--)
            Codes[values[code] + 128] = (byte)code;
    }

    /// <summary>The code of each level, at level + 128.</summary>
    public byte[] Codes { get; }

    /// <summary>The level nearest to each number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Nearest(Vector256<float> values)
    {
        var nearest = Vector256.Create(_lowest);
        foreach (var (middle, difference) in _steps)
            nearest += Vector256.GreaterThan(values, Vector256.Create(middle)) & Vector256.Create(difference);
        return nearest;
    }

    /// <summary>The level nearest to a number.</summary>
    public float Nearest(float value)
    {
        var nearest = _lowest;
        foreach (var (middle, difference) in _steps)
            nearest += value > middle ? difference : 0;
        return nearest;
    }
}
