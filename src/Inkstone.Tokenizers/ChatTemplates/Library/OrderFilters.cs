namespace Inkstone.Tokenizers;

/// <summary>The filters that order, group and compare items.</summary>
internal static class OrderFilters
{
    public static TemplateValue Sort(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "sort", 0, "reverse", "case_sensitive", "attribute");
        var caseSensitive = bound[1]?.IsTrue(state) == true;
        AttributePath[] paths = bound[2] is TextValue text && text.Text.Contains(',')
            ? Array.ConvertAll(text.Text.Split(','), path => AttributePath.Of(new TextValue(path, text.Origin), null, state))
            : [AttributePath.Of(bound[2], null, state)];
        var sorted = Sorting.Sort(value.ToList(state),
            item => new TupleValue(Array.ConvertAll(paths, path => AttributePath.Key(path.Of(item, state), caseSensitive, state))),
            bound[0]?.IsTrue(state) == true, state);
        return new ListValue(sorted, value.Origin);
    }

    public static TemplateValue SortDictionary(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "dictsort", 0, "case_sensitive", "by", "reverse");
        var by = bound[1] is null ? "key" : bound[1] is TextValue text ? text.Text : "";
        if (by is not ("key" or "value"))
            throw state.Error("You can only sort by either \"key\" or \"value\"");
        if (value is UndefinedValue undefined)
            throw state.Error(undefined.Message);
        if (value is not DictionaryValue dictionary)
            throw state.Error($"'{value.TypeName}' object has no attribute 'items'");
        var caseSensitive = bound[0]?.IsTrue(state) == true;
        state.Spend(4L * dictionary.Count);
        var place = by == "key" ? 0 : 1;
        return new ListValue(Sorting.Sort([.. DictionaryView.Pairs(dictionary)],
            pair => AttributePath.Key(((TupleValue)pair).Values[place], caseSensitive, state), bound[2]?.IsTrue(state) == true, state), value.Origin);
    }

    public static TemplateValue Unique(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "unique", 0, "case_sensitive", "attribute");
        var caseSensitive = bound[0]?.IsTrue(state) == true;
        var path = AttributePath.Of(bound[1], null, state);
        return new GeneratorValue(Kept(), value.Origin);

        IEnumerable<TemplateValue> Kept()
        {
            var seen = new DictionaryValue(state);
            foreach (var item in value.Items(state))
            {
                var key = AttributePath.Key(path.Of(item, state), caseSensitive, state);
                var count = seen.Count;
                seen.Set(key, NoneValue.Instance);
                if (seen.Count > count)
                    yield return item;
            }
        }
    }

    public static TemplateValue Extreme(TemplateValue value, Arguments arguments, RenderState state, bool largest)
    {
        var bound = arguments.Bind(state, largest ? "max" : "min", 0, "case_sensitive", "attribute");
        var caseSensitive = bound[0]?.IsTrue(state) == true;
        var path = AttributePath.Of(bound[1], null, state);
        TemplateValue? best = null, bestKey = null;
        foreach (var item in value.Items(state))
        {
            var key = AttributePath.Key(path.Of(item, state), caseSensitive, state);
            if (bestKey is null || (largest ? Comparison.Holds(key, bestKey, ">", state) : Comparison.Holds(key, bestKey, "<", state)))
                (best, bestKey) = (item, key);
        }
        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    public static TemplateValue GroupBy(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "groupby", 1, "attribute", "default", "case_sensitive");
        var caseSensitive = bound[2]?.IsTrue(state) == true;
        var path = AttributePath.Of(bound[0], bound[1], state);
        var sorted = Sorting.Sort(value.ToList(state), Key, false, state);
        var groups = new List<TemplateValue>();
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            var key = Key(sorted[start]);
            end = start + 1;
            while (end < sorted.Length && Comparison.AreEqual(Key(sorted[end]), key, state))
                end++;
            groups.Add(new TupleValue([path.Of(sorted[start], state), new ListValue(sorted[start..end], value.Origin)], value.Origin) { IsGroup = true });
        }
        return new ListValue([.. groups], value.Origin);

        TemplateValue Key(TemplateValue item) => AttributePath.Key(path.Of(item, state), caseSensitive, state);
    }
}
