using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Training;

/// <summary>Rules that options keep; what breaks one is named with its range.</summary>
internal static class OptionRule
{
    public static void InRange(string name, long value, long least, long most)
    {
        if (value < least || value > most)
            throw Outside(name, Text(least), Text(most), Text(value));
    }

    public static void InRange(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw Outside(name, Text(least), Text(most), Text(value));
    }

    public static void IsDefined<T>(string name, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new InkstoneRequestException("not one of the known choices", name, string.Join(", ", Enum.GetNames<T>()), value.ToString());
    }

    public static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static InkstoneRequestException Outside(string name, string least, string most, string found) =>
        new("the value is out of range", name, $"{least} to {most}", found);
}
