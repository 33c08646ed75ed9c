namespace Inkstone.Tokenizers;

/// <summary>
/// A value as Python has it. What Python answers by raising TypeError, LookupError or AttributeError, which Jinja often catches, is
/// null here; what ends a rendering is an exception.
/// </summary>
internal abstract class TemplateValue
{
    /// <summary>Python's name of the type.</summary>
    public abstract string TypeName { get; }

    /// <summary>Where the value came from; of containers, what their length and punctuation count as.</summary>
    public virtual TextOrigin Origin => TextOrigin.Template;

    /// <summary>Whether it may be a key of a dictionary.</summary>
    public virtual bool IsHashable(RenderState state) => true;

    /// <summary>The name as <c>object_type_repr</c> gives it.</summary>
    public virtual string Description => $"{TypeName} object";

    /// <summary>Truth, as <c>bool()</c> gives it.</summary>
    public virtual bool IsTrue(RenderState state) => true;

    /// <summary><c>len()</c>, or null where there is none.</summary>
    public virtual int? Length(RenderState state) => null;

    /// <summary><c>iter()</c>, or null where there is none.</summary>
    public virtual IEnumerable<TemplateValue>? Iterate(RenderState state) => null;

    /// <summary><c>value[key]</c>, or null where Python raises TypeError or LookupError.</summary>
    public virtual TemplateValue? Item(TemplateValue key, RenderState state) => null;

    /// <summary>An attribute, or null where Python raises AttributeError.</summary>
    public virtual TemplateValue? Attribute(string name, RenderState state) => null;

    /// <summary><c>value[start:stop:step]</c>.</summary>
    public virtual TemplateValue Slice(SliceBounds bounds, RenderState state) =>
        throw state.Error($"'{TypeName}' object is not subscriptable");

    /// <summary>Calls it.</summary>
    public virtual TemplateValue Call(Arguments arguments, RenderState state) => throw state.Error($"'{TypeName}' object is not callable");

    /// <summary>Writes <c>repr()</c>.</summary>
    public virtual void WriteRepresentation(TextBuilder output, RenderState state) => output.Append($"<{TypeName} object>", Origin);

    /// <summary>Writes <c>str()</c>.</summary>
    public virtual void WriteText(TextBuilder output, RenderState state) => WriteRepresentation(output, state);

    /// <summary><c>str()</c>.</summary>
    public virtual TextValue ToText(RenderState state)
    {
        var output = new TextBuilder(state);
        WriteText(output, state);
        return output.ToText();
    }

    /// <summary><c>iter()</c>; an error where there is none.</summary>
    public IEnumerable<TemplateValue> Items(RenderState state) => Iterate(state) ?? throw state.Error($"'{TypeName}' object is not iterable");

    /// <summary><c>list()</c> of what it iterates over.</summary>
    public List<TemplateValue> ToList(RenderState state)
    {
        var items = new List<TemplateValue>();
        foreach (var item in Items(state))
        {
            state.Spend(2);
            items.Add(item);
        }
        return items;
    }

    /// <summary>Both origins in one: the request's if either is.</summary>
    protected static TextOrigin Join(TextOrigin left, TextOrigin right) => left | right;
}
