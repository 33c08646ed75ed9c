namespace Inkstone.Tokenizers;

/// <summary>A filter: a function of the value before the bar and the arguments after the name.</summary>
internal delegate TemplateValue Filter(TemplateValue value, Arguments arguments, RenderState state);

/// <summary>The filters of Jinja 3.1, and <c>tojson</c> as Hugging Face replaces it.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["abs"] = NumberFilters.Absolute,
        ["attr"] = Attr,
        ["batch"] = SequenceFilters.Batch,
        ["capitalize"] = Plain("capitalize", (value, state) => CaseMapping.Capitalize(TextFilters.Soft(value, state), state)),
        ["center"] = TextFilters.Center,
        ["count"] = SequenceFilters.Length,
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = OrderFilters.SortDictionary,
        ["e"] = TextFilters.Escape,
        ["escape"] = TextFilters.Escape,
        ["first"] = SequenceFilters.First,
        ["float"] = NumberFilters.Float,
        ["forceescape"] = Plain("forceescape", (value, state) => TextFilters.EscapeText(value.ToText(state), state)),
        ["format"] = (value, arguments, state) => PercentFormat.Apply(TextFilters.Soft(value, state), arguments, state),
        ["groupby"] = OrderFilters.GroupBy,
        ["indent"] = TextFilters.Indent,
        ["int"] = NumberFilters.Integer,
        ["items"] = SequenceFilters.Items,
        ["join"] = SequenceFilters.Join,
        ["last"] = SequenceFilters.Last,
        ["length"] = SequenceFilters.Length,
        ["list"] = Plain("list", (value, state) => new ListValue([.. value.ToList(state)], value.Origin)),
        ["lower"] = Plain("lower", (value, state) => CaseMapping.ToLower(TextFilters.Soft(value, state), state)),
        ["map"] = SelectionFilters.Map,
        ["max"] = (value, arguments, state) => OrderFilters.Extreme(value, arguments, state, largest: true),
        ["min"] = (value, arguments, state) => OrderFilters.Extreme(value, arguments, state, largest: false),
        ["reject"] = (value, arguments, state) => SelectionFilters.Select(value, arguments, state, keep: false, byAttribute: false),
        ["rejectattr"] = (value, arguments, state) => SelectionFilters.Select(value, arguments, state, keep: false, byAttribute: true),
        ["replace"] = TextFilters.Replace,
        ["reverse"] = SequenceFilters.Reverse,
        ["round"] = NumberFilters.Round,
        ["safe"] = Plain("safe", (value, state) => TextFilters.Soft(value, state).AsMarkup(true)),
        ["select"] = (value, arguments, state) => SelectionFilters.Select(value, arguments, state, keep: true, byAttribute: false),
        ["selectattr"] = (value, arguments, state) => SelectionFilters.Select(value, arguments, state, keep: true, byAttribute: true),
        ["slice"] = SequenceFilters.Slice,
        ["sort"] = OrderFilters.Sort,
        ["string"] = Plain("string", (value, state) => TextFilters.Soft(value, state)),
        ["sum"] = NumberFilters.Sum,
        ["title"] = TextFilters.Title,
        ["tojson"] = JsonText.Filter,
        ["trim"] = TextFilters.Trim,
        ["truncate"] = TextFilters.Truncate,
        ["unique"] = OrderFilters.Unique,
        ["upper"] = Plain("upper", (value, state) => CaseMapping.ToUpper(TextFilters.Soft(value, state), state)),
        ["urlencode"] = TextFilters.UrlEncode,
        ["wordcount"] = TextFilters.WordCount,
        ["filesizeformat"] = Unsupported("filesizeformat"),
        ["pprint"] = Unsupported("pprint"),
        ["random"] = Unsupported("random"),
        ["striptags"] = Unsupported("striptags"),
        ["urlize"] = Unsupported("urlize"),
        ["wordwrap"] = Unsupported("wordwrap"),
        ["xmlattr"] = Unsupported("xmlattr"),
    };

    /// <summary>The filter of a name, or null.</summary>
    public static Filter? Find(string name) => Known.GetValueOrDefault(name);

    private static Filter Plain(string name, Func<TemplateValue, RenderState, TemplateValue> filter) => (value, arguments, state) =>
    {
        arguments.ByPlace(state, name, 0, 0);
        return filter(value, state);
    };

    private static Filter Unsupported(string name) => (_, _, state) => throw state.Error($"the filter '{name}' is not supported");

    private static TemplateValue Default(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "default", 0, "default_value", "boolean");
        return value is UndefinedValue || (bound[1]?.IsTrue(state) == true && !value.IsTrue(state)) ? bound[0] ?? TextValue.Empty : value;
    }

    private static TemplateValue Attr(TemplateValue value, Arguments arguments, RenderState state)
    {
        var name = TextMethods.Text(arguments.Bind(state, "attr", 1, "name")[0]!, state);
        return value.Attribute(name.Text, state) ?? UndefinedValue.OfItem(value, name, state);
    }
}
