namespace Inkstone.Tokenizers;

/// <summary>A list or a tuple.</summary>
internal abstract class SequenceValue(TemplateValue[] items, TextOrigin origin) : TemplateValue
{
    /// <summary>The items; never changed.</summary>
    public TemplateValue[] Values { get; } = items;

    public override TextOrigin Origin => origin;

    public override bool IsTrue(RenderState state) => Values.Length > 0;

    public override int? Length(RenderState state) => Values.Length;

    public override IEnumerable<TemplateValue> Iterate(RenderState state) => Values;

    public override TemplateValue? Item(TemplateValue key, RenderState state)
    {
        if (!Numbers.IsInteger(key, out var index))
            return null;
        if (index < 0)
            index += Values.Length;
        return index >= 0 && index < Values.Length ? Values[(int)index] : null;
    }

    public override TemplateValue? Attribute(string name, RenderState state) => SequenceMethods.Find(this, name);

    public override TemplateValue Slice(SliceBounds bounds, RenderState state)
    {
        var (start, step, count) = bounds.Over(Values.Length, state);
        state.Spend(2L * count);
        var kept = new TemplateValue[count];
        for (var i = 0; i < count; i++)
            kept[i] = Values[start + i * step];
        return WithItems(kept, origin);
    }

    /// <summary>Another of the same type.</summary>
    public abstract SequenceValue WithItems(TemplateValue[] items, TextOrigin itemsOrigin);

    /// <summary>Writes the representations of the items with ", " between.</summary>
    protected void WriteItems(TextBuilder output, RenderState state)
    {
        for (var i = 0; i < Values.Length; i++)
        {
            if (i > 0)
                output.Append(", ", origin);
            state.Enter();
            Values[i].WriteRepresentation(output, state);
        }
    }
}

/// <summary>A <c>list</c>.</summary>
internal sealed class ListValue(TemplateValue[] items, TextOrigin origin = TextOrigin.Template) : SequenceValue(items, origin)
{
    public override string TypeName => "list";

    public override bool IsHashable(RenderState state) => false;

    public override SequenceValue WithItems(TemplateValue[] items, TextOrigin itemsOrigin) => new ListValue(items, itemsOrigin);

    public override void WriteRepresentation(TextBuilder output, RenderState state)
    {
        output.Append('[', Origin);
        WriteItems(output, state);
        output.Append(']', Origin);
    }
}

/// <summary>A <c>tuple</c>.</summary>
internal sealed class TupleValue(TemplateValue[] items, TextOrigin origin = TextOrigin.Template) : SequenceValue(items, origin)
{
    public override string TypeName => "tuple";

    public override bool IsHashable(RenderState state)
    {
        state.Enter();
        return Array.TrueForAll(Values, value => value.IsHashable(state));
    }

    /// <summary>Whether it is what <c>groupby</c> gives, whose items have names.</summary>
    public bool IsGroup { get; init; }

    public override SequenceValue WithItems(TemplateValue[] items, TextOrigin itemsOrigin) => new TupleValue(items, itemsOrigin);

    public override TemplateValue? Attribute(string name, RenderState state) => !IsGroup ? base.Attribute(name, state) : name switch
    {
        "grouper" => Values[0],
        "list" => Values[1],
        _ => base.Attribute(name, state),
    };

    public override void WriteRepresentation(TextBuilder output, RenderState state)
    {
        output.Append('(', Origin);
        WriteItems(output, state);
        output.Append(Values.Length == 1 ? ",)" : ")", Origin);
    }
}
