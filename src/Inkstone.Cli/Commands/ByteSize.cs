using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Cli;

/// <summary>A number of bytes as people give it: 500MB, 5GB, 1048576.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("B", 1)];

    public static long Parse(string text, string option)
    {
        var (unit, bytes) = Units.FirstOrDefault(known => text.EndsWith(known.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        var isNumber = double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        return isNumber && number * bytes is >= 1 and < long.MaxValue ? (long)(number * bytes)
            : throw new InkstoneRequestException("not a number of bytes", option, "such as 500MB or 5GB", text);
    }
}
