using System.Globalization;
using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary><c>text % arguments</c>, which is also the filter <c>format</c>.</summary>
internal static class PercentFormat
{
    /// <summary>The filter.</summary>
    public static TextValue Apply(TextValue format, Arguments arguments, RenderState state)
    {
        if (arguments.Positional.Length > 0 && arguments.Named.Length > 0)
            throw state.Error("can't handle positional and keyword arguments at the same time");
        if (arguments.Named.Length == 0)
            return Apply(format, new TupleValue(arguments.Positional), state);
        var named = new DictionaryValue(state);
        foreach (var (name, value) in arguments.Named)
            named.Set(new TextValue(name), value);
        return Apply(format, named, state);
    }

    /// <summary>The operator.</summary>
    public static TextValue Apply(TextValue format, TemplateValue values, RenderState state)
    {
        var output = new TextBuilder(state);
        var text = format.Text;
        var items = values is TupleValue tuple ? tuple.Values : [values];
        int next = 0, at = 0;
        for (int mark; (mark = text.IndexOf('%', at)) >= 0;)
        {
            output.Append(format, at, mark - at);
            at = mark + 1;
            TemplateValue? keyed = null;
            if (at < text.Length && text[at] == '(')
            {
                var close = text.IndexOf(')', at);
                if (close < 0)
                    throw state.Error("incomplete format key");
                if (values is not DictionaryValue dictionary)
                    throw state.Error("format requires a mapping");
                var key = format.Part(at + 1, close - at - 1, state);
                keyed = dictionary.Find(key) ?? throw state.Error($"'{key.Text}'");
                at = close + 1;
            }
            var specification = Flags(text, ref at);
            var (width, precision) = (Size(text, ref at, Next, state), -1);
            if (at < text.Length && text[at] == '.')
            {
                at++;
                precision = Math.Max(0, Size(text, ref at, Next, state));
            }
            while (at < text.Length && text[at] is 'l' or 'h' or 'L')
                at++;
            if (at == text.Length)
                throw state.Error("incomplete format");
            var type = text[at++];
            if (type == '%')
            {
                output.Append(format, at - 1, 1);
                continue;
            }
            if (width < 0)
                specification = specification with { Align = '<', Fill = " " };
            Write(keyed ?? Next(), specification with { Width = Math.Abs(width), Precision = precision }, type, output, state);
        }
        if (next < items.Length && values is not (DictionaryValue or ListValue or UndefinedValue or RangeValue))
            throw state.Error("not all arguments converted during string formatting");
        output.Append(format, at, text.Length - at);
        return output.ToText().AsMarkup(format.IsMarkup);

        TemplateValue Next() => next < items.Length ? items[next++] : throw state.Error("not enough arguments for format string");
    }

    private static void Write(TemplateValue value, FormatSpecification specification, char type, TextBuilder output, RenderState state)
    {
        switch (type)
        {
            case 's':
                (specification with { Type = 's' }).Write(value.ToText(state), output, state);
                return;
            case 'r' or 'a':
                var representation = new TextBuilder(state);
                value.WriteRepresentation(representation, state);
                (specification with { Type = 's' }).Write(representation.ToText(), output, state);
                return;
            case 'c' when value is TextValue { Count: 1 }:
                (specification with { Type = 's' }).Write(value, output, state);
                return;
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'c' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                break;
            default:
                throw state.Error($"unsupported format character '{type}'");
        }
        if (!Numbers.TryGet(value, out var integer, out var fraction))
            throw state.Error(value is UndefinedValue undefined ? undefined.Message
                : $"%{type} format: a {(type is 'd' or 'i' or 'u' or 'x' or 'X' or 'o' ? "real number" : "number")} is required, not {value.TypeName}");
        if (type is 'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'c')
        {
            if (integer is null && (type is 'x' or 'X' or 'o' or 'c' || !double.IsFinite(fraction)))
                throw state.Error($"%{type} format: an integer is required, not float");
            var whole = integer ?? new BigInteger(Math.Truncate(fraction));
            (specification with { Type = type is 'i' or 'u' ? 'd' : type, Precision = -1 }).Write(new IntegerValue(whole, value.Origin), output, state);
            return;
        }
        (specification with { Type = type }).Write(value, output, state);
    }

    private static FormatSpecification Flags(string text, ref int at)
    {
        var specification = new FormatSpecification();
        for (; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '-':
                    specification = specification with { Align = '<', Fill = " " };
                    break;
                case '+':
                    specification = specification with { Sign = '+' };
                    break;
                case ' ':
                    specification = specification with { Sign = specification.Sign == '+' ? '+' : ' ' };
                    break;
                case '#':
                    specification = specification with { IsAlternate = true };
                    break;
                case '0':
                    specification = specification.Align == '<' ? specification : specification with { Align = '=', Fill = "0" };
                    break;
                default:
                    return Right(specification);
            }
        }
        return Right(specification);
    }

    // Here text goes to the right as numbers do.
    private static FormatSpecification Right(FormatSpecification specification) =>
        specification.Align == '\0' ? specification with { Align = '>' } : specification;

    private static int Size(string text, ref int at, Func<TemplateValue> next, RenderState state)
    {
        if (at < text.Length && text[at] == '*')
        {
            at++;
            return Math.Clamp(Numbers.Small(next(), state), -int.MaxValue, int.MaxValue);
        }
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start)
            return 0;
        return int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var size) ? size : throw state.Error("width too big");
    }
}
