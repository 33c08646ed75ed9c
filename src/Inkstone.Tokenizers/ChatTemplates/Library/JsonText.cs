using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// <c>tojson</c> as Hugging Face has it: <c>json.dumps(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False)</c>,
/// without the escapes for HTML of Jinja's own.
/// </summary>
internal sealed class JsonText
{
    private readonly TextBuilder _output;
    private readonly RenderState _state;
    private readonly TextValue? _indent;
    private readonly TextValue _itemSeparator, _keySeparator;
    private readonly bool _asciiOnly, _sorted;

    private JsonText(TemplateValue?[] options, RenderState state)
    {
        (_state, _output) = (state, new TextBuilder(state));
        _asciiOnly = options[0]?.IsTrue(state) == true;
        _indent = options[1] switch
        {
            null or NoneValue => null,
            TextValue text => text,
            var width => new TextValue(new string(' ', Math.Clamp(Numbers.Small(width, state), 0, 1000)), width.Origin),
        };
        _sorted = options[3]?.IsTrue(state) == true;
        if (options[2] is null or NoneValue)
            (_itemSeparator, _keySeparator) = (new(_indent is null ? ", " : ","), new(": "));
        else
        {
            var pair = options[2]!.ToList(state);
            if (pair.Count != 2)
                throw state.Error("separators must be a pair of texts");
            (_itemSeparator, _keySeparator) = (TextMethods.Text(pair[0], state), TextMethods.Text(pair[1], state));
        }
    }

    /// <summary>The filter.</summary>
    public static TemplateValue Filter(TemplateValue value, Arguments arguments, RenderState state)
    {
        var json = new JsonText(arguments.Bind(state, "tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"), state);
        json.Write(value, 0);
        return json._output.ToText();
    }

    private void Write(TemplateValue value, int depth)
    {
        _state.Enter();
        switch (value)
        {
            case TextValue text:
                WriteString(text);
                break;
            case NoneValue or BooleanValue or FloatValue or IntegerValue:
                _output.Append(Scalar(value), value.Origin);
                break;
            case SequenceValue sequence:
                WriteList(sequence, depth);
                break;
            case DictionaryValue dictionary:
                WriteObject(dictionary, depth);
                break;
            default:
                throw _state.Error($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private void WriteList(SequenceValue sequence, int depth)
    {
        _output.Append('[', sequence.Origin);
        for (var i = 0; i < sequence.Values.Length; i++)
        {
            if (i > 0)
                Separate(_itemSeparator, sequence.Origin);
            BreakLine(depth + 1, sequence.Origin);
            Write(sequence.Values[i], depth + 1);
        }
        if (sequence.Values.Length > 0)
            BreakLine(depth, sequence.Origin);
        _output.Append(']', sequence.Origin);
    }

    private void WriteObject(DictionaryValue dictionary, int depth)
    {
        _output.Append('{', dictionary.Origin);
        var isFirst = true;
        IEnumerable<TemplateValue> pairs = DictionaryView.Pairs(dictionary);
        if (_sorted)
            pairs = Sorting.Sort([.. pairs], pair => ((TupleValue)pair).Values[0], false, _state);
        foreach (var pair in pairs)
        {
            var (key, value) = (((TupleValue)pair).Values[0], ((TupleValue)pair).Values[1]);
            if (!isFirst)
                Separate(_itemSeparator, dictionary.Origin);
            isFirst = false;
            BreakLine(depth + 1, dictionary.Origin);
            if (key is not (TextValue or NoneValue or BooleanValue or FloatValue or IntegerValue))
                throw _state.Error($"keys must be str, int, float, bool or None, not {key.TypeName}");
            WriteString(key as TextValue ?? new TextValue(Scalar(key), key.Origin));
            Separate(_keySeparator, dictionary.Origin);
            Write(value, depth + 1);
        }
        if (dictionary.Count > 0)
            BreakLine(depth, dictionary.Origin);
        _output.Append('}', dictionary.Origin);
    }

    private void Separate(TextValue separator, TextOrigin origin) => _output.Append(origin == TextOrigin.Template ? separator : separator.With(origin));

    private void BreakLine(int depth, TextOrigin origin)
    {
        if (_indent is null)
            return;
        _output.Append('\n', origin);
        for (var i = 0; i < depth; i++)
            Separate(_indent, origin);
    }

    private static string Scalar(TemplateValue value) => value switch
    {
        NoneValue => "null",
        BooleanValue truth => truth.Value ? "true" : "false",
        IntegerValue integer => integer.Text(),
        FloatValue { Value: var number } => double.IsFinite(number) ? FloatText.Shortest(number)
            : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity",
        _ => "",
    };

    private void WriteString(TextValue value)
    {
        var text = value.Text;
        _output.Append('"', value.Size > 0 ? value.OriginAt(0) : value.Origin);
        var plain = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Escape(text[i]) is not { } escape)
                continue;
            _output.Append(value, plain, i - plain);
            _output.Append(escape, value.OriginAt(i));
            plain = i + 1;
        }
        _output.Append(value, plain, text.Length - plain);
        _output.Append('"', value.Size > 0 ? value.OriginAt(value.Size - 1) : value.Origin);
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        '\f' => @"\f",
        '\b' => @"\b",
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        > '~' when _asciiOnly && c != '\x7F' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        _ => null,
    };
}
