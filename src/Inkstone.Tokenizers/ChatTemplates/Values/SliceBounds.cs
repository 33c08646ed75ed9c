using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>The bounds of a slice; null where one is left out.</summary>
internal readonly record struct SliceBounds(BigInteger? Start, BigInteger? Stop, BigInteger? Step)
{
    /// <summary>Which of so many items are meant: the first, the step, how many.</summary>
    public (int Start, int Step, int Count) Over(int length, RenderState state)
    {
        var step = Step ?? BigInteger.One;
        if (step.IsZero)
            throw state.Error("slice step cannot be zero");
        var down = step.Sign < 0;
        var start = Clip(Start, down ? length - 1 : 0, length, down);
        var stop = Clip(Stop, down ? -1 : length, length, down);
        var span = down ? start - stop : stop - start;
        if (span <= 0)
            return (0, 1, 0);
        var size = BigInteger.Min(BigInteger.Abs(step), length + 1);
        return ((int)start, (int)(down ? -size : size), (int)((span + (long)size - 1) / (long)size));
    }

    private static long Clip(BigInteger? bound, int absent, int length, bool down)
    {
        if (bound is not { } value)
            return absent;
        if (value.Sign < 0)
            value += length;
        var (least, most) = down ? (-1, length - 1) : (0, length);
        return (long)BigInteger.Max(least, BigInteger.Min(most, value));
    }
}
