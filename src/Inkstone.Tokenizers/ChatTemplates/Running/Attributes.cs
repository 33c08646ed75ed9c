namespace Inkstone.Tokenizers;

/// <summary>How Jinja's sandbox looks attributes and items up: each falls back on the other.</summary>
internal static class Attributes
{
    /// <summary><c>value.name</c>: the attribute, else the item.</summary>
    public static TemplateValue Get(TemplateValue value, TextValue name, RenderState state)
    {
        state.Enter();
        return Find(value, name.Text, state) ?? value.Item(name, state) ?? UndefinedValue.OfItem(value, name, state);
    }

    /// <summary><c>value[key]</c>: the item, else the attribute.</summary>
    public static TemplateValue Item(TemplateValue value, TemplateValue key, RenderState state)
    {
        state.Enter();
        if (value.Item(key, state) is { } item)
            return item;
        if (key is TextValue name && Find(value, name.Text, state) is { } attribute)
            return attribute;
        return UndefinedValue.OfItem(value, key, state);
    }

    /// <summary>What stands for an attribute that the sandbox refuses.</summary>
    public static UndefinedValue Unsafe(TemplateValue value, string name) =>
        new($"access to attribute '{name}' of '{value.TypeName}' object is unsafe.");

    private static TemplateValue? Find(TemplateValue value, string name, RenderState state) => IsInternal(name)
        ? value is UndefinedValue undefined ? throw state.Error(undefined.Message) : Unsafe(value, name)
        : value.Attribute(name, state) ?? NumberPart(value, name);

    private static TemplateValue? NumberPart(TemplateValue value, string name) => value switch
    {
        IntegerValue or BooleanValue => name switch
        {
            "real" or "numerator" => Numbers.IsInteger(value, out var whole) ? new IntegerValue(whole, value.Origin) : null,
            "imag" => new IntegerValue(0, value.Origin),
            "denominator" => new IntegerValue(1, value.Origin),
            _ => null,
        },
        FloatValue => name switch
        {
            "real" => value,
            "imag" => new FloatValue(0, value.Origin),
            _ => null,
        },
        _ => null,
    };

    private static bool IsInternal(string name) => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);
}
