using System.Globalization;
using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>The filters on numbers.</summary>
internal static class NumberFilters
{
    // Python refuses to read an int of more digits.
    private const int MaximumDigits = 4300;

    public static TemplateValue Absolute(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "abs", 0);
        if (!Numbers.TryGet(value, out var integer, out var fraction))
            throw state.Error(value is UndefinedValue undefined ? undefined.Message : $"bad operand type for abs(): '{value.TypeName}'");
        return integer is { } whole ? new IntegerValue(BigInteger.Abs(whole), value.Origin) : new FloatValue(Math.Abs(fraction), value.Origin);
    }

    public static TemplateValue Integer(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "int", 0, "default", "base");
        if (value is UndefinedValue undefined)
            throw state.Error(undefined.Message);
        var numberBase = bound[1] is { } given ? Numbers.Small(given, state) : 10;
        if (value is TextValue text)
        {
            state.Spend(text.Size / 16);
            if (ParseInteger(text.Text, numberBase, state) is { } parsed)
                return Numbers.Checked(parsed, value.Origin, state);
            return ParseFloat(text.Text) is { } number && double.IsFinite(number) ? Truncated(number) : Absent();
        }
        if (!Numbers.TryGet(value, out var integer, out var fraction))
            return Absent();
        return integer is { } whole ? new IntegerValue(whole, value.Origin) : double.IsInfinity(fraction)
            ? throw state.Error("cannot convert float infinity to integer")
            : double.IsNaN(fraction) ? Absent() : Truncated(fraction);

        TemplateValue Truncated(double number) => new IntegerValue(new BigInteger(Math.Truncate(number)), value.Origin);

        TemplateValue Absent() => bound[0] ?? new IntegerValue(0);
    }

    public static TemplateValue Float(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "float", 0, "default");
        if (value is UndefinedValue undefined)
            throw state.Error(undefined.Message);
        state.Spend(value is TextValue { Size: var size } ? size / 16 : 0);
        if (value is TextValue text)
            return ParseFloat(text.Text) is { } parsed ? new FloatValue(parsed, value.Origin) : bound[0] ?? new FloatValue(0);
        return Numbers.TryGet(value, out var integer, out var fraction)
            ? new FloatValue(Numbers.ToDouble(integer, fraction, state), value.Origin)
            : bound[0] ?? new FloatValue(0);
    }

    public static TemplateValue Round(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "round", 0, "precision", "method");
        var precision = bound[0] is null ? 0 : Numbers.Small(bound[0]!, state);
        var method = bound[1] is null ? "common" : bound[1] is TextValue text ? text.Text : "";
        if (method is not ("common" or "ceil" or "floor"))
            throw state.Error("method must be common, ceil or floor");
        if (!Numbers.TryGet(value, out var integer, out var fraction))
            throw state.Error(value is UndefinedValue undefined ? undefined.Message : $"type {value.TypeName} doesn't define __round__ method");
        if (method == "common")
            return integer is { } whole
                ? new IntegerValue(Rounded(whole, precision), value.Origin)
                : new FloatValue(FloatText.Rounded(fraction, precision), value.Origin);
        var power = Numbers.Apply("**", new IntegerValue(10), new IntegerValue(precision), state)!;
        var scaled = Numbers.Apply("*", value, power, state)!;
        Numbers.TryGet(scaled, out var scaledInteger, out var scaledFraction);
        if (scaledInteger is null && !double.IsFinite(scaledFraction))
            throw state.Error("cannot convert float infinity or NaN to integer");
        var stepped = scaledInteger ?? new BigInteger(method == "ceil" ? Math.Ceiling(scaledFraction) : Math.Floor(scaledFraction));
        return Numbers.Apply("/", new IntegerValue(stepped, value.Origin), power, state)!;
    }

    public static TemplateValue Sum(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "sum", 0, "attribute", "start");
        var path = AttributePath.Of(bound[0], null, state);
        var sum = bound[1] ?? new IntegerValue(0);
        if (sum is TextValue)
            throw state.Error("sum() can't sum strings [use ''.join(seq) instead]");
        foreach (var item in value.Items(state))
            sum = Operators.Apply("+", sum, path.Of(item, state), state);
        return sum;
    }

    /// <summary>What <c>int(text, base)</c> reads, or null.</summary>
    public static BigInteger? ParseInteger(string text, int numberBase, RenderState state)
    {
        var (start, end) = TextScan.Trim(text);
        var negative = start < end && text[start] == '-';
        if (start < end && text[start] is '+' or '-')
            start++;
        if (end - start > 2 && text[start] == '0' && char.ToLowerInvariant(text[start + 1]) is var mark
            && (mark, numberBase) is ('x', 16 or 0) or ('o', 8 or 0) or ('b', 2 or 0))
        {
            numberBase = mark == 'x' ? 16 : mark == 'o' ? 8 : 2;
            start += 2;
            if (text[start] == '_')
                start++;
        }
        if (numberBase == 0)
            numberBase = 10;
        if (numberBase is < 2 or > 36 || end - start > MaximumDigits)
            return null;
        state.Spend((end - start) / 8 * (end - start) / 64 + 1);
        var value = BigInteger.Zero;
        var wasDigit = false;
        for (var i = start; i < end; i++)
        {
            if (text[i] == '_' && wasDigit)
            {
                wasDigit = false;
                continue;
            }
            var digit = char.IsAsciiLetter(text[i]) ? char.ToLowerInvariant(text[i]) - 'a' + 10 : TextScan.DigitAt(text, i);
            if (digit < 0 || digit >= numberBase)
                return null;
            value = value * numberBase + digit;
            wasDigit = true;
        }
        return wasDigit ? negative ? -value : value : null;
    }

    private static double? ParseFloat(string text)
    {
        var (start, end) = TextScan.Trim(text);
        var trimmed = text[start..end];
        for (var i = 0; i < trimmed.Length; i++)
        {
            // An underscore stands between two digits only.
            if (trimmed[i] == '_' && !(i > 0 && i + 1 < trimmed.Length && char.IsAsciiDigit(trimmed[i - 1]) && char.IsAsciiDigit(trimmed[i + 1])))
                return null;
        }
        trimmed = trimmed.Replace("_", "", StringComparison.Ordinal);
        switch (trimmed.TrimStart('+', '-').ToLowerInvariant())
        {
            case "inf" or "infinity" when trimmed.Length - trimmed.TrimStart('+', '-').Length < 2:
                return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan" when trimmed.Length - trimmed.TrimStart('+', '-').Length < 2:
                return double.NaN;
        }
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return trimmed.Any(char.IsAsciiDigit) && double.TryParse(trimmed, Style, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static BigInteger Rounded(BigInteger value, int precision)
    {
        if (precision >= 0)
            return value;
        if (-precision > 5000)
            return BigInteger.Zero;
        var unit = BigInteger.Pow(10, -precision);
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        var twice = (rest * 2).CompareTo(unit);
        if (twice > 0 || (twice == 0 && !quotient.IsEven))
            quotient += 1;
        return quotient * unit * value.Sign;
    }
}
