namespace Inkstone.Tokenizers;

/// <summary>A <c>dict</c>, in the order its keys were first written.</summary>
internal sealed class DictionaryValue(RenderState owner, TextOrigin origin = TextOrigin.Template, int capacity = 0) : TemplateValue
{
    private readonly OrderedDictionary<TemplateValue, TemplateValue> _members = new(capacity, new KeyComparer(owner));

    public override string TypeName => "dict";

    public override TextOrigin Origin => origin;

    public override bool IsHashable(RenderState state) => false;

    /// <summary>How many members.</summary>
    public int Count => _members.Count;

    /// <summary>The members in order.</summary>
    public OrderedDictionary<TemplateValue, TemplateValue> Members => _members;

    /// <summary>Sets a member while the dictionary is being built; a key already there keeps its place.</summary>
    public void Set(TemplateValue key, TemplateValue value)
    {
        owner.Spend(2);
        if (!key.IsHashable(owner))
            throw owner.Error($"unhashable type: '{key.TypeName}'");
        _members[key] = value;
    }

    /// <summary>The value of a key, or null.</summary>
    public TemplateValue? Find(TemplateValue key) => key.IsHashable(owner) && _members.TryGetValue(key, out var value) ? value : null;

    public override bool IsTrue(RenderState state) => _members.Count > 0;

    public override int? Length(RenderState state) => _members.Count;

    public override IEnumerable<TemplateValue> Iterate(RenderState state) => _members.Keys;

    public override TemplateValue? Item(TemplateValue key, RenderState state) => Find(key);

    public override TemplateValue? Attribute(string name, RenderState state) => DictionaryMethods.Find(this, name);

    public override TemplateValue Slice(SliceBounds bounds, RenderState state) => throw state.Error("unhashable type: 'slice'");

    public override void WriteRepresentation(TextBuilder output, RenderState state)
    {
        output.Append('{', origin);
        var first = true;
        foreach (var (key, value) in _members)
        {
            if (!first)
                output.Append(", ", origin);
            first = false;
            state.Enter();
            key.WriteRepresentation(output, state);
            output.Append(": ", origin);
            value.WriteRepresentation(output, state);
        }
        output.Append('}', origin);
    }
}

/// <summary>Equality of keys as Python has it: 1, 1.0 and True are one key.</summary>
internal sealed class KeyComparer(RenderState state) : IEqualityComparer<TemplateValue>
{
    public bool Equals(TemplateValue? x, TemplateValue? y) => Comparison.AreEqual(x!, y!, state);

    public int GetHashCode(TemplateValue obj)
    {
        switch (obj)
        {
            case TextValue text:
                state.Spend(text.Size / 64);
                return text.Text.GetHashCode(StringComparison.Ordinal);
            case TupleValue tuple:
                state.Enter();
                var hash = new HashCode();
                foreach (var item in tuple.Values)
                    hash.Add(GetHashCode(item));
                return hash.ToHashCode();
            case NoneValue or UndefinedValue:
                return obj.TypeName.Length;
            case FloatValue { Value: var number } when number != Math.Floor(number) || !double.IsFinite(number):
                return number.GetHashCode();
            default:
                return Numbers.TryGet(obj, out var integer, out var fraction)
                    ? (integer ?? new System.Numerics.BigInteger(fraction)).GetHashCode()
                    : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
        }
    }
}
