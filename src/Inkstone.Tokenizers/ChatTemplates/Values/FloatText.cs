using System.Globalization;
using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>How Python writes a float.</summary>
internal static class FloatText
{
    /// <summary>The shortest text that reads back as the same number: <c>repr()</c>.</summary>
    public static string Shortest(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var sign = double.IsNegative(value) ? "-" : "";
        var (digits, point) = Digits(Math.Abs(value));
        if (point is > 16 or < -3)
            return sign + Exponential(digits, point - 1);
        if (point <= 0)
            return sign + "0." + new string('0', -point) + digits;
        return point >= digits.Length
            ? sign + digits + new string('0', point - digits.Length) + ".0"
            : sign + digits[..point] + "." + digits[point..];
    }

    /// <summary>With so many digits after the point, correctly rounded, ties to even.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return Shortest(value);
        var digits = Round(Math.Abs(value), decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : sign + digits[..^decimals] + "." + digits[^decimals..];
    }

    /// <summary>With one digit before the point, so many after, and an exponent.</summary>
    public static string Scientific(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return Shortest(value);
        var sign = double.IsNegative(value) ? "-" : "";
        var (digits, exponent) = Significant(Math.Abs(value), decimals + 1);
        return sign + digits[0] + (decimals > 0 ? "." + digits[1..] : "") + Suffix(exponent);
    }

    /// <summary>With so many digits in all, as <c>%g</c> writes it.</summary>
    public static string General(double value, int precision)
    {
        if (!double.IsFinite(value))
            return Shortest(value);
        precision = Math.Max(precision, 1);
        var (digits, exponent) = Significant(Math.Abs(value), precision);
        if (exponent < -4 || exponent >= precision)
        {
            var kept = digits.TrimEnd('0');
            return (double.IsNegative(value) ? "-" : "") + digits[0] + (kept.Length > 1 ? "." + kept[1..] : "") + Suffix(exponent);
        }
        var text = Fixed(value, precision - 1 - exponent);
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary><c>round(value, decimals)</c>.</summary>
    public static double Rounded(double value, int decimals)
    {
        if (!double.IsFinite(value) || decimals > 340)
            return value;
        if (decimals >= 0)
            return double.Parse(Fixed(value, decimals), CultureInfo.InvariantCulture);
        if (decimals < -320)
            return Math.CopySign(0, value);
        var unit = BigInteger.Pow(10, -decimals);
        var (mantissa, exponent) = Exact(Math.Abs(value));
        var rounded = Divide(exponent > 0 ? mantissa << exponent : mantissa, exponent < 0 ? unit << -exponent : unit) * unit;
        return Math.CopySign(double.Parse(rounded.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), value);
    }

    private static string Exponential(string digits, int exponent) =>
        digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + Suffix(exponent);

    private static string Suffix(int exponent) => string.Create(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

    // The shortest digits, and how many of them stand before the point.
    private static (string Digits, int Point) Digits(double value)
    {
        if (value == 0)
            return ("0", 1);
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var before = (point < 0 ? mantissa.Length : point) - (mantissa.Length - (point < 0 ? 0 : 1) - digits.Length);
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (digits.TrimEnd('0'), before + exponent);
    }

    private static (string Digits, int Exponent) Significant(double value, int count)
    {
        if (value == 0)
            return (new string('0', count), 0);
        var exponent = (int)Math.Floor(Math.Log10(value));
        for (; ; )
        {
            var digits = Round(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
            if (digits.Length == count)
                return (digits, exponent);
            exponent += digits.Length > count ? 1 : -1;
        }
    }

    // The value times ten to a power, rounded to a whole number, ties to even.
    private static BigInteger Round(double value, int decimals)
    {
        var (mantissa, exponent) = Exact(value);
        var above = decimals > 0 ? mantissa * BigInteger.Pow(10, decimals) : mantissa;
        var below = decimals < 0 ? BigInteger.Pow(10, -decimals) : BigInteger.One;
        return Divide(exponent > 0 ? above << exponent : above, exponent < 0 ? below << -exponent : below);
    }

    private static BigInteger Divide(BigInteger above, BigInteger below)
    {
        var quotient = BigInteger.DivRem(above, below, out var rest);
        var twice = (rest * 2).CompareTo(below);
        return twice > 0 || (twice == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static (BigInteger Mantissa, int Exponent) Exact(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        return exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
    }
}
