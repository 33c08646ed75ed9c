namespace Inkstone.Tokenizers;

/// <summary>A literal, or text outside tags.</summary>
internal sealed class ConstantNode(TemplateValue value, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state) => value;
}

/// <summary>A variable.</summary>
internal sealed class NameNode(string name, int line) : TemplateExpression(line)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    protected override TemplateValue Compute(Scope scope, RenderState state) => scope.Find(name, state);
}

/// <summary>A tuple or list literal.</summary>
internal sealed class SequenceNode(TemplateExpression[] items, bool isTuple, int line) : TemplateExpression(line)
{
    /// <summary>The items.</summary>
    public TemplateExpression[] Items => items;

    /// <summary>Whether it is a tuple.</summary>
    public bool IsTuple => isTuple;

    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var values = EvaluateAll(items, scope, state);
        return isTuple ? new TupleValue(values) : new ListValue(values);
    }
}

/// <summary>A dictionary literal: keys and values in turn.</summary>
internal sealed class DictionaryNode(TemplateExpression[] parts, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var made = new DictionaryValue(state);
        for (var i = 0; i < parts.Length; i += 2)
            made.Set(parts[i].Evaluate(scope, state), parts[i + 1].Evaluate(scope, state));
        return made;
    }
}

/// <summary><c>owner.name</c>.</summary>
internal sealed class AttributeNode(TemplateExpression owner, TextValue name, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state) => Attributes.Get(owner.Evaluate(scope, state), name, state);
}

/// <summary><c>owner[key]</c>.</summary>
internal sealed class ItemNode(TemplateExpression owner, TemplateExpression key, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state) =>
        Attributes.Item(owner.Evaluate(scope, state), key.Evaluate(scope, state), state);
}

/// <summary><c>owner[start:stop:step]</c>.</summary>
internal sealed class SliceNode(TemplateExpression owner, TemplateExpression?[] bounds, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var sliced = owner.Evaluate(scope, state);
        return sliced.Slice(new(Bound(0, scope, state), Bound(1, scope, state), Bound(2, scope, state)), state);
    }

    private System.Numerics.BigInteger? Bound(int which, Scope scope, RenderState state)
    {
        if (bounds[which]?.Evaluate(scope, state) is not { } value || value is NoneValue)
            return null;
        return Numbers.IsInteger(value, out var integer) ? integer
            : throw state.Error("slice indices must be integers or None or have an __index__ method");
    }
}

/// <summary>A call.</summary>
internal sealed class CallNode(TemplateExpression callee, CallArguments arguments, int line) : TemplateExpression(line)
{
    /// <summary>Calls with a caller, as a call block does.</summary>
    public TemplateValue Call(Scope scope, RenderState state, TemplateValue? caller)
    {
        var called = callee.Evaluate(scope, state);
        return called.Call(arguments.Evaluate(scope, state, caller), state);
    }

    protected override TemplateValue Compute(Scope scope, RenderState state) => Call(scope, state, null);
}

/// <summary><c>value|name(arguments)</c>; the value is null where a block is filtered.</summary>
internal sealed class FilterNode(TemplateExpression? value, string name, CallArguments? arguments, int line) : TemplateExpression(line)
{
    private readonly Filter? _filter = Filters.Find(name);

    /// <summary>Applies the filters of a block to what it wrote.</summary>
    public TemplateValue Apply(TemplateValue written, Scope scope, RenderState state)
    {
        state.Enter();
        var input = value is null ? written : value is FilterNode inner ? inner.Apply(written, scope, state) : value.Evaluate(scope, state);
        return Apply(input, scope, state, _filter);
    }

    protected override TemplateValue Compute(Scope scope, RenderState state) => Apply(value!.Evaluate(scope, state), scope, state, _filter);

    private TemplateValue Apply(TemplateValue input, Scope scope, RenderState state, Filter? filter)
    {
        if (filter is null)
            throw state.Error($"No filter named '{name}'.");
        return filter(input, arguments?.Evaluate(scope, state, null) ?? Arguments.None, state);
    }
}

/// <summary><c>value is name(arguments)</c>.</summary>
internal sealed class TestNode(TemplateExpression value, string name, CallArguments? arguments, int line) : TemplateExpression(line)
{
    private readonly Test? _test = Tests.Find(name);

    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var tested = value.Evaluate(scope, state);
        if (_test is null)
            throw state.Error($"No test named '{name}'.");
        return BooleanValue.Of(_test(tested, arguments?.Evaluate(scope, state, null) ?? Arguments.None, state), tested.Origin);
    }
}
