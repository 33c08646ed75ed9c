namespace Inkstone.Tokenizers;

/// <summary>The filters on sequences that ask nothing of their items.</summary>
internal static class SequenceFilters
{
    public static TemplateValue Length(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "length", 0);
        return new IntegerValue(value.Length(state) ?? throw state.Error($"object of type '{value.TypeName}' has no len()"), value.Origin);
    }

    public static TemplateValue First(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "first", 0);
        foreach (var item in value.Items(state))
            return item;
        return new UndefinedValue("No first item, sequence was empty.");
    }

    public static TemplateValue Last(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "last", 0);
        foreach (var item in Backwards(value, state) ?? throw state.Error($"'{value.TypeName}' object is not reversible"))
            return item;
        return new UndefinedValue("No last item, sequence was empty.");
    }

    public static TemplateValue Reverse(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "reverse", 0);
        if (value is TextValue)
            return value.Slice(new SliceBounds(null, null, -1), state);
        if (Backwards(value, state) is { } items)
            return new GeneratorValue(items, value.Origin, value.TypeName + "_reverseiterator");
        if (value.Iterate(state) is null)
            throw state.Error("argument must be iterable");
        var list = value.ToList(state);
        list.Reverse();
        return new ListValue([.. list], value.Origin);
    }

    public static TemplateValue Items(TemplateValue value, Arguments arguments, RenderState state)
    {
        arguments.Bind(state, "items", 0);
        return new GeneratorValue(value switch
        {
            UndefinedValue => [],
            DictionaryValue dictionary => DictionaryView.Pairs(dictionary),
            _ => Refuse(),
        }, value.Origin);

        // Python's generator fails only when it is walked.
        IEnumerable<TemplateValue> Refuse()
        {
            if (value is not DictionaryValue)
                throw state.Error("Can only get item pairs from a mapping.");
            yield break;
        }
    }

    public static TemplateValue Join(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "join", 0, "d", "attribute");
        var separator = bound[0]?.ToText(state) ?? TextValue.Empty;
        var path = AttributePath.Of(bound[1], null, state);
        var output = new TextBuilder(state);
        var isFirst = true;
        foreach (var item in value.Items(state))
        {
            state.Spend(1);
            if (!isFirst)
                output.Append(separator);
            isFirst = false;
            path.Of(item, state).WriteText(output, state);
        }
        return output.ToText();
    }

    public static TemplateValue Batch(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "batch", 1, "linecount", "fill_with");
        var size = Numbers.Small(bound[0]!, state);
        return new GeneratorValue(Batches(), value.Origin);

        IEnumerable<TemplateValue> Batches()
        {
            var batch = new List<TemplateValue>();
            foreach (var item in value.Items(state))
            {
                state.Spend(2);
                if (batch.Count == size)
                {
                    yield return new ListValue([.. batch], value.Origin);
                    batch.Clear();
                }
                batch.Add(item);
            }
            if (batch.Count == 0)
                yield break;
            if (bound[1] is { } fill and not NoneValue)
                Fill(batch, fill, size - batch.Count, state);
            yield return new ListValue([.. batch], value.Origin);
        }
    }

    public static TemplateValue Slice(TemplateValue value, Arguments arguments, RenderState state)
    {
        var bound = arguments.Bind(state, "slice", 1, "slices", "fill_with");
        var slices = Numbers.Small(bound[0]!, state);
        return new GeneratorValue(Slices(), value.Origin);

        IEnumerable<TemplateValue> Slices()
        {
            var items = value.ToList(state);
            if (slices == 0)
                throw state.Error("integer division or modulo by zero");
            for (int i = 0, start = 0; i < slices; i++)
            {
                var count = items.Count / slices + (i < items.Count % slices ? 1 : 0);
                state.Spend(count + 1);
                var slice = items.GetRange(start, count);
                start += count;
                if (bound[1] is { } fill and not NoneValue && i >= items.Count % slices)
                    slice.Add(fill);
                yield return new ListValue([.. slice], value.Origin);
            }
        }
    }

    private static void Fill(List<TemplateValue> items, TemplateValue value, int count, RenderState state)
    {
        if (count <= 0)
            return;
        state.Spend(2L * count);
        items.AddRange(Enumerable.Repeat(value, count));
    }

    // What reversed() takes: sequences and dictionaries with their views, not generators.
    private static List<TemplateValue>? Backwards(TemplateValue value, RenderState state)
    {
        if (value is UndefinedValue)
            return [];
        if (value is not (SequenceValue or TextValue or RangeValue or DictionaryValue or DictionaryView))
            return null;
        var items = value.ToList(state);
        items.Reverse();
        return items;
    }
}
