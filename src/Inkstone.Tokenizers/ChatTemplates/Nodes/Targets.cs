namespace Inkstone.Tokenizers;

/// <summary>What a value is assigned to.</summary>
internal abstract class AssignmentTarget
{
    /// <summary>The names it assigns, and whether each is a variable, not a namespace.</summary>
    public abstract IEnumerable<(string Name, bool IsVariable)> Names { get; }

    /// <summary>Assigns.</summary>
    public abstract void Assign(TemplateValue value, Scope scope, RenderState state);
}

/// <summary>A variable.</summary>
internal sealed class NameTarget(string name) : AssignmentTarget
{
    /// <summary>Its name.</summary>
    public string Name => name;

    public override IEnumerable<(string, bool)> Names => [(name, true)];

    public override void Assign(TemplateValue value, Scope scope, RenderState state) => scope.Set(name, value);
}

/// <summary>An attribute of a namespace.</summary>
internal sealed class NamespaceTarget(string name, TextValue attribute) : AssignmentTarget
{
    public override IEnumerable<(string, bool)> Names => [(name, false)];

    public override void Assign(TemplateValue value, Scope scope, RenderState state)
    {
        if (scope.Find(name, state) is not NamespaceValue space)
            throw state.Error("cannot assign attribute on non-namespace object");
        space.Attributes.Set(attribute, value);
    }
}

/// <summary>Several targets that share a value's items.</summary>
internal sealed class TupleTarget(AssignmentTarget[] targets) : AssignmentTarget
{
    public override IEnumerable<(string, bool)> Names => targets.SelectMany(target => target.Names);

    public override void Assign(TemplateValue value, Scope scope, RenderState state)
    {
        state.Enter();
        var items = value.Iterate(state) ?? throw state.Error($"cannot unpack non-iterable {value.TypeName} object");
        var values = new TemplateValue[targets.Length];
        var count = 0;
        foreach (var item in items)
        {
            if (count == values.Length)
                throw state.Error(FormattableString.Invariant($"too many values to unpack (expected {values.Length})"));
            values[count++] = item;
        }
        if (count < values.Length)
            throw state.Error(FormattableString.Invariant($"not enough values to unpack (expected {values.Length}, got {count})"));
        for (var i = 0; i < count; i++)
            targets[i].Assign(values[i], scope, state);
    }
}
