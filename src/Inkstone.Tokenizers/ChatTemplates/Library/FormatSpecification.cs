using System.Globalization;
using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>How a value is laid out by <c>%</c> formatting and by <c>str.format</c>.</summary>
internal sealed record FormatSpecification
{
    private const int MaximumPrecision = 500;

    /// <summary>The character of padding.</summary>
    public string Fill { get; init; } = " ";

    /// <summary>One of &lt; &gt; ^ =, or NUL for the type's own.</summary>
    public char Align { get; init; }

    /// <summary>One of + - space, or NUL.</summary>
    public char Sign { get; init; }

    /// <summary>Whether a prefix of the base is written.</summary>
    public bool IsAlternate { get; init; }

    /// <summary>The least width.</summary>
    public int Width { get; init; }

    /// <summary>The separator of thousands, or NUL.</summary>
    public char Grouping { get; init; }

    /// <summary>The precision, or -1.</summary>
    public int Precision { get; init; } = -1;

    /// <summary>The conversion, or NUL for the type's own.</summary>
    public char Type { get; init; }

    /// <summary>Reads what stands after the colon of a replacement field.</summary>
    public static FormatSpecification Parse(string text, RenderState state)
    {
        var at = 0;
        var specification = new FormatSpecification();
        if (text.Length > 1 && IsAlign(text[1]))
        {
            specification = specification with { Fill = text[..1], Align = text[1] };
            at = 2;
        }
        else if (text.Length > 0 && IsAlign(text[0]))
            specification = specification with { Align = text[at++] };
        if (at < text.Length && text[at] is '+' or '-' or ' ')
            specification = specification with { Sign = text[at++] };
        if (at < text.Length && text[at] == '#')
        {
            specification = specification with { IsAlternate = true };
            at++;
        }
        if (at < text.Length && text[at] == '0')
        {
            if (specification.Align == '\0')
                specification = specification with { Fill = "0", Align = '=' };
            at++;
        }
        specification = specification with { Width = Number(text, ref at, state) ?? 0 };
        if (at < text.Length && text[at] is ',' or '_')
            specification = specification with { Grouping = text[at++] };
        if (at < text.Length && text[at] == '.')
        {
            at++;
            specification = specification with { Precision = Number(text, ref at, state) ?? throw state.Error("Format specifier missing precision") };
        }
        if (at < text.Length)
            specification = specification with { Type = text[at++] };
        return at == text.Length ? specification : throw state.Error("Invalid format specifier");
    }

    /// <summary>Writes a value so.</summary>
    public void Write(TemplateValue value, TextBuilder output, RenderState state)
    {
        if (Precision > MaximumPrecision && value is not TextValue)
            throw state.Error("the precision is too large");
        if (!Numbers.TryGet(value, out var integer, out var fraction) || (value is BooleanValue && Type == '\0'))
        {
            if (Type is not ('\0' or 's'))
                throw state.Error($"Unknown format code '{Type}' for object of type '{value.TypeName}'");
            var text = value.ToText(state);
            if (Precision >= 0 && Precision < text.Count)
                text = text.Part(0, text.PlaceOf(Precision), state);
            Pad(text, 0, output, state, Align == '\0' ? '<' : Align);
            return;
        }
        var body = Type switch
        {
            'd' or 'x' or 'X' or 'o' or 'b' or 'c' or '\0' or 'n' when integer is { } whole => OfInteger(whole, state),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' or '\0' or 'n' => OfFloat(Numbers.ToDouble(integer, fraction, state)),
            _ => throw state.Error($"Unknown format code '{Type}' for object of type '{value.TypeName}'"),
        };
        var signed = body.Length > 0 && body[0] is '-' or '+' or ' ' ? 1 : 0;
        Pad(new TextValue(body, value.Origin), signed, output, state, Align == '\0' ? '>' : Align);
    }

    private string OfInteger(BigInteger value, RenderState state)
    {
        var size = BigInteger.Abs(value);
        var digits = Type switch
        {
            'x' => InBase(size, 16),
            'X' => InBase(size, 16).ToUpperInvariant(),
            'o' => InBase(size, 8),
            'b' => InBase(size, 2),
            'c' when value >= 0 && value <= 0xFFFF => ((char)(int)value).ToString(),
            'c' when value > 0 && value < 0x110000 => char.ConvertFromUtf32((int)value),
            'c' => throw state.Error("%c arg not in range(0x110000)"),
            _ => size.ToString(CultureInfo.InvariantCulture),
        };
        if (IsAlternate && Type is 'x' or 'X' or 'o' or 'b')
            digits = $"0{Type}{digits}";
        return SignOf(value.Sign < 0) + Group(digits, Type is 'x' or 'X' or 'o' or 'b' ? 4 : 3);
    }

    private string OfFloat(double value)
    {
        var precision = Precision < 0 ? 6 : Precision;
        var size = Math.Abs(value);
        var text = Type switch
        {
            'f' or 'F' => FloatText.Fixed(size, precision),
            'e' or 'E' => FloatText.Scientific(size, precision),
            'g' or 'G' or 'n' => FloatText.General(size, precision),
            '%' => FloatText.Fixed(size * 100, precision) + "%",
            _ => Precision < 0 ? FloatText.Shortest(size) : WithPoint(FloatText.General(size, precision)),
        };
        if (char.IsAsciiLetterUpper(Type))
            text = text.ToUpperInvariant();
        var point = text.AsSpan().IndexOfAny(".e%");
        return SignOf(double.IsNegative(value)) + (point < 0 ? Group(text, 3) : Group(text[..point], 3) + text[point..]);
    }

    private static string WithPoint(string text) => text.All(char.IsAsciiDigit) ? text + ".0" : text;

    private string SignOf(bool isNegative) => isNegative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";

    private string Group(string digits, int size)
    {
        if (Grouping == '\0')
            return digits;
        for (var at = digits.Length - size; at > 0; at -= size)
            digits = digits.Insert(at, Grouping.ToString());
        return digits;
    }

    private void Pad(TextValue text, int signed, TextBuilder output, RenderState state, char align)
    {
        var pad = Width - text.Count;
        if (pad <= 0)
        {
            output.Append(text);
            return;
        }
        state.CheckText(Width);
        var left = align switch { '<' => 0, '^' => pad / 2, _ => pad };
        if (align != '=')
            signed = 0;
        output.Append(text, 0, signed);
        output.Fill(Fill[0], left, text.Origin);
        output.Append(text, signed, text.Size - signed);
        output.Fill(Fill[0], pad - left, text.Origin);
    }

    private static string InBase(BigInteger value, int numberBase)
    {
        if (value.IsZero)
            return "0";
        var digits = new Stack<char>();
        for (; !value.IsZero; value /= numberBase)
            digits.Push("0123456789abcdef"[(int)(value % numberBase)]);
        return new string([.. digits]);
    }

    private static int? Number(string text, ref int at, RenderState state)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start)
            return null;
        return int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number)
            ? number
            : throw state.Error("Too many decimal digits in format string");
    }

    private static bool IsAlign(char c) => c is '<' or '>' or '^' or '=';
}
