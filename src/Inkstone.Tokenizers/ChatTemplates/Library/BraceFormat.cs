using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary><c>str.format</c>.</summary>
internal static class BraceFormat
{
    /// <summary><c>text.format(...)</c>.</summary>
    public static TemplateValue Apply(TextValue self, Arguments arguments, RenderState state)
    {
        var automatic = 0;
        return Write(self, 0, self.Size, arguments, ref automatic, 2, state);
    }

    /// <summary><c>text.format_map(mapping)</c>.</summary>
    public static TemplateValue ApplyMap(TextValue self, Arguments arguments, RenderState state)
    {
        if (arguments.ByPlace(state, "format_map", 1, 1)[0] is not DictionaryValue mapping)
            throw state.Error("format_map() takes a mapping");
        var named = mapping.Members.Where(member => member.Key is TextValue)
            .Select(member => KeyValuePair.Create(((TextValue)member.Key).Text, member.Value));
        return Apply(self, new Arguments([], [.. named]), state);
    }

    private static TextValue Write(TextValue self, int start, int end, Arguments arguments, ref int automatic, int depth, RenderState state)
    {
        if (depth < 0)
            throw state.Error("Max string recursion exceeded");
        var text = self.Text;
        var output = new TextBuilder(state);
        for (var at = start; at < end;)
        {
            var brace = text.AsSpan(at, end - at).IndexOfAny('{', '}');
            if (brace < 0)
            {
                output.Append(self, at, end - at);
                break;
            }
            output.Append(self, at, brace);
            at += brace;
            if (at + 1 < end && text[at + 1] == text[at])
            {
                output.Append(self, at, 1);
                at += 2;
                continue;
            }
            if (text[at] == '}')
                throw state.Error("Single '}' encountered in format string");
            var close = Close(text, at + 1, end, state);
            WriteField(self, at + 1, close, arguments, ref automatic, depth, output, state);
            at = close + 1;
        }
        return output.ToText();
    }

    private static void WriteField(
        TextValue self, int start, int end, Arguments arguments, ref int automatic, int depth, TextBuilder output, RenderState state)
    {
        var text = self.Text;
        var colon = start;
        for (var open = 0; colon < end && (open > 0 || text[colon] is not (':' or '!')); colon++)
            open += text[colon] == '[' ? 1 : text[colon] == ']' ? -1 : 0;
        var value = Field(text[start..colon], arguments, ref automatic, state);
        if (colon < end && text[colon] == '!')
        {
            if (colon + 1 >= end || text[colon + 1] is not ('s' or 'r'))
                throw state.Error("unknown conversion in format string");
            var converted = new TextBuilder(state);
            if (text[colon + 1] == 's')
                value.WriteText(converted, state);
            else
                value.WriteRepresentation(converted, state);
            value = converted.ToText();
            colon += 2;
            if (colon < end && text[colon] != ':')
                throw state.Error("expected ':' after conversion specifier");
        }
        var specification = colon < end ? Write(self, colon + 1, end, arguments, ref automatic, depth - 1, state).Text : "";
        if (specification.Length == 0)
            value.WriteText(output, state);
        else
            FormatSpecification.Parse(specification, state).Write(value, output, state);
    }

    private static TemplateValue Field(string name, Arguments arguments, ref int automatic, RenderState state)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        TemplateValue value;
        if (first.Length == 0 || first.All(char.IsAsciiDigit))
        {
            var index = first.Length == 0 ? automatic++ : int.TryParse(first, CultureInfo.InvariantCulture, out var given) ? given : int.MaxValue;
            if (index >= arguments.Positional.Length)
                throw state.Error($"Replacement index {first} out of range for positional args tuple");
            value = arguments.Positional[index];
        }
        else
            value = arguments.Named.FirstOrDefault(argument => argument.Key == first).Value ?? throw state.Error($"'{first}'");
        for (var at = first.Length; at < name.Length;)
        {
            var isItem = name[at] == '[';
            var stop = isItem ? name.IndexOf(']', at)
                : name.AsSpan(at + 1).IndexOfAny('.', '[') is >= 0 and var next ? at + 1 + next : name.Length;
            if (stop < 0 || stop == at + 1)
                throw state.Error("Empty attribute in format string");
            var part = name[(at + 1)..stop];
            value = !isItem ? Attributes.Get(value, new TextValue(part), state)
                : Attributes.Item(value, part.All(char.IsAsciiDigit) && part.Length < 10
                    ? new IntegerValue(int.Parse(part, CultureInfo.InvariantCulture)) : new TextValue(part), state);
            at = isItem ? stop + 1 : stop;
        }
        return value;
    }

    private static int Close(string text, int start, int end, RenderState state)
    {
        for (int at = start, open = 1; at < end; at++)
        {
            open += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
            if (open == 0)
                return at;
        }
        throw state.Error("expected '}' before end of string");
    }
}
