using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>Rules that configuration values keep; what breaks one is named with its range.</summary>
internal static class ConfigRule
{
    public static void InRange(string name, long value, long least, long most)
    {
        if (value < least || value > most)
            throw new InkstoneRequestException("the value is out of range", name, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
                value.ToString(CultureInfo.InvariantCulture));
    }

    public static void InRange(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new InkstoneRequestException("the value is out of range", name, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
                value.ToString(CultureInfo.InvariantCulture));
    }

    public static void Divides(string name, int value, string wholeName, int whole)
    {
        if (value <= 0 || whole % value != 0)
            throw new InkstoneRequestException($"the value does not divide {wholeName}", name, $"a divisor of {whole.ToString(CultureInfo.InvariantCulture)}",
                value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The rules of rotary positions.</summary>
    public static void Rotary(RotaryValues rotary, int headWidth)
    {
        InRange("RotaryWidth", rotary.Width, 2, headWidth);
        Divides("2 (a head has pairs)", 2, "RotaryWidth", rotary.Width);
        InRange("RotaryTheta", rotary.Theta, 1, 1e12);
        rotary.Scaling?.Validate(rotary.Width);
    }
}
