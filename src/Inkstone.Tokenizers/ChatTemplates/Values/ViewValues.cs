namespace Inkstone.Tokenizers;

/// <summary>What a dictionary's <c>keys()</c>, <c>values()</c> or <c>items()</c> gives.</summary>
internal sealed class DictionaryView(DictionaryValue owner, string kind) : TemplateValue
{
    public override string TypeName => "dict_" + kind;

    public override TextOrigin Origin => owner.Origin;

    public override bool IsTrue(RenderState state) => owner.Count > 0;

    public override int? Length(RenderState state) => owner.Count;

    public override IEnumerable<TemplateValue> Iterate(RenderState state) => kind switch
    {
        "keys" => owner.Members.Keys,
        "values" => owner.Members.Values,
        _ => Pairs(owner),
    };

    public override void WriteRepresentation(TextBuilder output, RenderState state)
    {
        output.Append(TypeName + "(", Origin);
        state.Enter();
        new ListValue([.. ToList(state)], Origin).WriteRepresentation(output, state);
        output.Append(')', Origin);
    }

    /// <summary>The members of a dictionary as tuples.</summary>
    public static IEnumerable<TemplateValue> Pairs(DictionaryValue dictionary)
    {
        foreach (var (key, value) in dictionary.Members)
            yield return new TupleValue([key, value], dictionary.Origin);
    }
}

/// <summary>A <c>range</c>.</summary>
internal sealed class RangeValue(long start, long step, int count, TextOrigin origin) : TemplateValue
{
    public override string TypeName => "range";

    public override TextOrigin Origin => origin;

    public override bool IsTrue(RenderState state) => count > 0;

    public override int? Length(RenderState state) => count;

    public override IEnumerable<TemplateValue> Iterate(RenderState state)
    {
        for (var i = 0; i < count; i++)
            yield return At(i);
    }

    public override TemplateValue? Item(TemplateValue key, RenderState state)
    {
        if (!Numbers.IsInteger(key, out var index))
            return null;
        if (index < 0)
            index += count;
        return index >= 0 && index < count ? At((int)index) : null;
    }

    public override TemplateValue? Attribute(string name, RenderState state) => name switch
    {
        "start" => new IntegerValue(start, origin),
        "stop" => new IntegerValue(start + count * step, origin),
        "step" => new IntegerValue(step, origin),
        "count" or "index" => SequenceMethods.Find(new TupleValue([.. ToList(state)], origin), name),
        _ => null,
    };

    public override TemplateValue Slice(SliceBounds bounds, RenderState state)
    {
        var (first, stride, kept) = bounds.Over(count, state);
        return new RangeValue(start + first * step, step * stride, kept, origin);
    }

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append(
        step == 1 ? FormattableString.Invariant($"range({start}, {start + count})")
            : FormattableString.Invariant($"range({start}, {start + count * step}, {step})"), origin);

    private IntegerValue At(int index) => new(start + index * step, origin);
}

/// <summary>A generator: what lazily evaluated filters give. It can be walked once.</summary>
internal sealed class GeneratorValue(IEnumerable<TemplateValue> items, TextOrigin origin, string typeName = "generator") : TemplateValue
{
    private readonly IEnumerator<TemplateValue> _items = items.GetEnumerator();

    public override string TypeName => typeName;

    public override TextOrigin Origin => origin;

    public override IEnumerable<TemplateValue> Iterate(RenderState state)
    {
        for (; ; )
        {
            // One generator may walk another, and that a third.
            state.Enter();
            if (!_items.MoveNext())
                yield break;
            yield return _items.Current;
        }
    }
}

/// <summary>What <c>namespace()</c> gives: the one value that templates may change.</summary>
internal sealed class NamespaceValue(RenderState owner) : TemplateValue
{
    /// <summary>Its attributes.</summary>
    public DictionaryValue Attributes { get; } = new(owner);

    public override string TypeName => "Namespace";

    public override string Description => "jinja2.utils.Namespace object";

    public override TemplateValue? Attribute(string name, RenderState state) => Attributes.Find(new TextValue(name));

    public override void WriteRepresentation(TextBuilder output, RenderState state)
    {
        output.Append("<Namespace ", TextOrigin.Template);
        state.Enter();
        Attributes.WriteRepresentation(output, state);
        output.Append('>', TextOrigin.Template);
    }
}

/// <summary>A function of the engine or a method bound to its value.</summary>
internal sealed class FunctionValue(string name, Func<Arguments, RenderState, TemplateValue> body) : TemplateValue
{
    public override string TypeName => "builtin_function_or_method";

    public override TemplateValue Call(Arguments arguments, RenderState state) => body(arguments, state);

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append($"<function {name}>", TextOrigin.Template);
}
