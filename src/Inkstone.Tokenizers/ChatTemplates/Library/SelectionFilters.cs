namespace Inkstone.Tokenizers;

/// <summary>The filters that apply other filters and tests to each item, lazily as Jinja's do.</summary>
internal static class SelectionFilters
{
    public static TemplateValue Map(TemplateValue value, Arguments arguments, RenderState state)
    {
        return new GeneratorValue(Mapped(), value.Origin);

        IEnumerable<TemplateValue> Mapped()
        {
            if (!value.IsTrue(state))
                yield break;
            var map = Mapping(arguments, state);
            foreach (var item in value.Items(state))
            {
                state.Enter();
                yield return map(item);
            }
        }
    }

    public static TemplateValue Select(TemplateValue value, Arguments arguments, RenderState state, bool keep, bool byAttribute)
    {
        return new GeneratorValue(Selected(), value.Origin);

        IEnumerable<TemplateValue> Selected()
        {
            if (!value.IsTrue(state))
                yield break;
            var rest = arguments;
            var path = AttributePath.Of(null, null, state);
            if (byAttribute)
            {
                path = AttributePath.Of(arguments.First ?? throw state.Error("Missing parameter for attribute name"), null, state);
                rest = arguments.Skip(1);
            }
            var test = Testing(rest, state);
            foreach (var item in value.Items(state))
            {
                state.Enter();
                if (test(path.Of(item, state)) == keep)
                    yield return item;
            }
        }
    }

    private static Func<TemplateValue, TemplateValue> Mapping(Arguments arguments, RenderState state)
    {
        if (arguments.Positional.Length == 0 && arguments.Named.Any(argument => argument.Key == "attribute"))
        {
            var bound = arguments.Bind(state, "map", 0, "attribute", "default");
            var path = AttributePath.Of(bound[0], bound[1], state);
            return item => path.Of(item, state);
        }
        var name = (arguments.First ?? throw state.Error("map requires a filter argument")) is TextValue text ? text.Text : "";
        var filter = Filters.Find(name) ?? throw state.Error($"No filter named '{name}'.");
        var rest = arguments.Skip(1);
        return item => filter(item, rest, state);
    }

    private static Func<TemplateValue, bool> Testing(Arguments arguments, RenderState state)
    {
        if (arguments.First is not { } first)
            return item => item.IsTrue(state);
        var name = first is TextValue text ? text.Text : "";
        var test = Tests.Find(name) ?? throw state.Error($"No test named '{name}'.");
        var rest = arguments.Skip(1);
        return item => test(item, rest, state);
    }
}
