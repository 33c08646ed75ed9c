using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Inkstone.Tokenizers;

/// <summary>Turns the input of a rendering into values. Whole numbers and fractions stay apart, keys keep their order.</summary>
internal static class JsonInput
{
    private const int MaximumDigits = 4300;
    private static readonly string[] Reserved = ["messages", "tools", "documents", "add_generation_prompt"];

    /// <summary>Defines the variables of a rendering.</summary>
    public static void Define(RenderState state, ChatTemplateInput input, int maximumDepth)
    {
        foreach (var (name, text) in input.TokenizerVariables)
            state.Context[name] = new TextValue(text);
        foreach (var (name, value) in input.Variables)
        {
            if (Array.IndexOf(Reserved, name) >= 0)
                throw state.Error($"'{name}' is an input of its own and cannot be a free variable");
            state.Context[name] = Convert(value, state, maximumDepth);
        }
        state.Context["messages"] = Convert(input.Messages, state, maximumDepth);
        state.Context["tools"] = Convert(input.Tools, state, maximumDepth);
        state.Context["documents"] = Convert(input.Documents, state, maximumDepth);
        state.Context["add_generation_prompt"] = BooleanValue.Of(input.AddGenerationPrompt);
    }

    private static TemplateValue Convert(JsonElement? given, RenderState state, int depth)
    {
        if (given is not { } value)
            return NoneValue.Instance;
        if (depth == 0)
            throw state.Error("the input nests too deeply");
        state.Enter();
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return new TextValue(Text(value), TextOrigin.Request);
            case JsonValueKind.Number:
                return Number(value.GetRawText(), state);
            case JsonValueKind.True or JsonValueKind.False:
                return BooleanValue.Of(value.ValueKind == JsonValueKind.True, TextOrigin.Request);
            case JsonValueKind.Array:
                var items = new TemplateValue[value.GetArrayLength()];
                var at = 0;
                foreach (var item in value.EnumerateArray())
                    items[at++] = Convert(item, state, depth - 1);
                return new ListValue(items, TextOrigin.Request);
            case JsonValueKind.Object:
                var members = new DictionaryValue(state, TextOrigin.Request);
                foreach (var member in value.EnumerateObject())
                    members.Set(new TextValue(Name(member), TextOrigin.Request), Convert(member.Value, state, depth - 1));
                return members;
            default:
                return NoneValue.OfRequest;
        }
    }

    private static TemplateValue Number(string text, RenderState state)
    {
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
            return new FloatValue(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), TextOrigin.Request);
        if (text.Length > MaximumDigits)
            throw state.Error("a number of the input has too many digits");
        return new IntegerValue(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), TextOrigin.Request);
    }

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(value.GetRawText().AsSpan()[1..^1]);
        }
    }

    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            var raw = member.ToString();
            var end = 1;
            while (raw[end] != '"')
                end += raw[end] == '\\' ? 2 : 1;
            return Unescape(raw.AsSpan(1, end - 1));
        }
    }

    // The platform refuses escapes of lone surrogates, which Python keeps.
    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var output = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                output.Append(raw[i]);
                continue;
            }
            var c = raw[++i];
            if (c == 'u')
            {
                output.Append((char)ushort.Parse(raw.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
                output.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
        }
        return output.ToString();
    }
}
