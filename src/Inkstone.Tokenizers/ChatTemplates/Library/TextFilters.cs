using System.Globalization;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The filters on text.</summary>
internal static class TextFilters
{
    /// <summary><c>soft_str</c>: text stays as it is, anything else is written out.</summary>
    public static TextValue Soft(TemplateValue value, RenderState state) => value as TextValue ?? value.ToText(state);

    public static TemplateValue Trim(TemplateValue value, Arguments arguments, RenderState state) =>
        TextMethods.Strip(Soft(value, state), arguments.Bind(state, "trim", 0, "chars")[0], state, true, true);

    public static TemplateValue Replace(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "replace", 2, "old", "new", "count");
        var count = bound[2] is null or NoneValue ? -1 : Numbers.Small(bound[2]!, state);
        return TextSearch.Replace(value.ToText(state), bound[0]!.ToText(state), bound[1]!.ToText(state), count, state);
    }

    public static TemplateValue Center(TemplateValue value, Arguments arguments, RenderState state)
    {
        var width = arguments.Bind(state, "center", 0, "width")[0] is { } given ? Numbers.Small(given, state) : 80;
        return TextShaping.Justify(Soft(value, state), width, null, state, 0.5);
    }

    /// <summary>The first letter of each word in upper case, the rest in lower case.</summary>
    public static TemplateValue Title(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "title", 0);
        var text = Soft(value, state).AsMarkup(false);
        var output = new TextBuilder(state);
        for (int start = 0, end; start < text.Size; start = end)
        {
            var between = IsBetweenWords(text.Text[start]);
            end = start + 1;
            while (end < text.Size && IsBetweenWords(text.Text[end]) == between)
                end++;
            var first = end - start > 1 && char.IsSurrogatePair(text.Text[start], text.Text[start + 1]) ? 2 : 1;
            output.Append(CaseMapping.ToUpper(text.Part(start, first, state), state));
            output.Append(CaseMapping.ToLower(text.Part(start + first, end - start - first, state), state));
        }
        return output.ToText();
    }

    public static TemplateValue Indent(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "indent", 0, "width", "first", "blank");
        if (value is UndefinedValue undefined)
            throw state.Error(undefined.Message);
        if (value is not TextValue text)
            throw state.Error($"unsupported operand type(s) for +=: '{value.TypeName}' and 'str'");
        var indention = bound[0] switch
        {
            TextValue given => given,
            var width => new TextValue(Spaces(width is null ? 4 : Numbers.Small(width, state), state), text.Origin),
        };
        var newline = new TextValue("\n", text.Origin);
        var output = new TextBuilder(state);
        var isFirst = true;
        // A line feed is added first, so that one at the end opens an empty line.
        var ended = text.Text + "\n";
        foreach (var (start, end, _) in TextScan.Lines(ended))
        {
            if (!isFirst)
                output.Append(newline);
            if (isFirst ? bound[1]?.IsTrue(state) == true : bound[2]?.IsTrue(state) == true || end > start)
                output.Append(indention);
            output.Append(text, start, end - start);
            isFirst = false;
        }
        return output.ToText().AsMarkup(text.IsMarkup);
    }

    public static TemplateValue Truncate(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "truncate", 0, "length", "killwords", "end", "leeway");
        var size = value.Length(state) ?? throw state.Error($"object of type '{value.TypeName}' has no len()");
        var length = bound[0] is { } given ? Numbers.Small(given, state) : 255;
        var end = bound[2] is { } mark ? TextMethods.Text(mark, state) : new TextValue("...");
        var leeway = bound[3] is null or NoneValue ? 5 : Numbers.Small(bound[3]!, state);
        if (length < end.Count)
            throw state.Error(string.Create(CultureInfo.InvariantCulture, $"expected length >= {end.Count}, got {length}"));
        if (leeway < 0)
            throw state.Error(string.Create(CultureInfo.InvariantCulture, $"expected leeway >= 0, got {leeway}"));
        if (size <= (long)length + leeway)
            return value;
        var text = TextMethods.Text(value, state);
        var kept = text.Part(0, text.PlaceOf(length - end.Count), state);
        if (bound[1]?.IsTrue(state) != true && kept.Text.LastIndexOf(' ') is >= 0 and var space)
            kept = kept.Part(0, space, state);
        return TextValue.Concatenate(kept, end, state);
    }

    public static TemplateValue WordCount(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "wordcount", 0);
        var text = Soft(value, state);
        state.Spend(text.Size / 16);
        var count = 0;
        var inWord = false;
        foreach (var point in TextKinds.Points(text.Text))
        {
            var isWord = point == '_' || TextKinds.IsAlphanumeric(point);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }
        return new IntegerValue(count, text.Origin);
    }

    public static TemplateValue Escape(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "escape", 0);
        return value is TextValue { IsMarkup: true } ? value : EscapeText(value.ToText(state), state);
    }

    /// <summary>The text with the characters of HTML escaped, marked safe.</summary>
    public static TextValue EscapeText(TextValue text, RenderState state)
    {
        var output = new TextBuilder(state);
        var plain = 0;
        for (int at; plain < text.Size && (at = text.Text.AsSpan(plain).IndexOfAny("&<>'\"")) >= 0; plain += at + 1)
        {
            output.Append(text, plain, at);
            output.Append(text.Text[plain + at] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&#34;",
                _ => "&#39;",
            }, text.OriginAt(plain + at));
        }
        output.Append(text, plain, text.Size - plain);
        return output.ToText().AsMarkup(true);
    }

    public static TemplateValue UrlEncode(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "urlencode", 0);
        var output = new TextBuilder(state);
        if (value is TextValue || value.Iterate(state) is not { } items)
        {
            Quote(Soft(value, state), "/", output);
            return output.ToText();
        }
        foreach (var item in value is DictionaryValue dictionary ? DictionaryView.Pairs(dictionary) : items)
        {
            var pair = item.ToList(state);
            if (pair.Count != 2)
                throw state.Error("not a pair to encode");
            if (output.Length > 0)
                output.Append('&', value.Origin);
            Quote(Soft(pair[0], state), " ", output);
            output.Append('=', value.Origin);
            Quote(Soft(pair[1], state), " ", output);
        }
        return output.ToText();
    }

    private static void Quote(TextValue text, string safe, TextBuilder output)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Size; i++)
        {
            var c = text.Text[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || safe.Contains(c))
            {
                output.Append(c == ' ' ? '+' : c, text.OriginAt(i));
                continue;
            }
            var isPair = Rune.TryGetRuneAt(text.Text, i, out var rune);
            var count = (isPair ? rune : Rune.ReplacementChar).EncodeToUtf8(bytes);
            foreach (var value in bytes[..count])
                output.Append(string.Create(CultureInfo.InvariantCulture, $"%{value:X2}"), text.OriginAt(i));
            i += isPair ? rune.Utf16SequenceLength - 1 : 0;
        }
    }

    private static bool IsBetweenWords(char c) => c is '-' or '(' or '{' or '[' or '<' || TextScan.IsSpace(c);

    private static string Spaces(int count, RenderState state)
    {
        state.CheckText(count);
        return new string(' ', Math.Max(0, count));
    }
}
