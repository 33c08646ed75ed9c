namespace Inkstone.Tokenizers;

/// <summary><c>{% if %}</c>: tests and bodies in turn, and what else.</summary>
internal sealed class IfNode((TemplateExpression Test, TemplateNode[] Body)[] branches, TemplateNode[] otherwise, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        foreach (var (test, body) in branches)
        {
            if (test.Evaluate(scope, state).IsTrue(state))
                return ExecuteAll(body, scope, output, state);
        }
        return ExecuteAll(otherwise, scope, output, state);
    }
}

/// <summary><c>{% set target = value %}</c>.</summary>
internal sealed class SetNode(AssignmentTarget target, TemplateExpression value, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        target.Assign(value.Evaluate(scope, state), scope, state);
        return Flow.Next;
    }
}

/// <summary><c>{% set target %}…{% endset %}</c>, with filters or without.</summary>
internal sealed class SetBlockNode(AssignmentTarget target, FilterNode? filter, TemplateNode[] body, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        var inner = new Scope(scope);
        TemplateValue written = Capture(body, inner, state);
        target.Assign(filter?.Apply(written, inner, state) ?? written, scope, state);
        return Flow.Next;
    }
}

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlockNode(FilterNode filter, TemplateNode[] body, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        var inner = new Scope(scope);
        filter.Apply(Capture(body, inner, state), inner, state).WriteText(output, state);
        return Flow.Next;
    }
}

/// <summary><c>{% with name = value %}…{% endwith %}</c>.</summary>
internal sealed class WithNode(AssignmentTarget[] targets, TemplateExpression[] values, TemplateNode[] body, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        var inner = new Scope(scope);
        for (var i = 0; i < targets.Length; i++)
            targets[i].Assign(values[i].Evaluate(scope, state), inner, state);
        return ExecuteAll(body, inner, output, state);
    }
}

/// <summary><c>{% generation %}…{% endgeneration %}</c>: what the model is to learn to write.</summary>
internal sealed class GenerationNode(TemplateNode[] body, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        output.Append(Capture(body, new Scope(scope), state).With(TextOrigin.Generation));
        return Flow.Next;
    }
}

/// <summary><c>{% block name %}…{% endblock %}</c>: in a template that extends none, its body in a scope of its own.</summary>
internal sealed class BlockNode(TemplateNode[] body, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state) =>
        ExecuteAll(body, new Scope(scope.Outermost), output, state);
}

/// <summary><c>{% break %}</c> or <c>{% continue %}</c>.</summary>
internal sealed class LoopControlNode(Flow flow, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state) => flow;
}

/// <summary><c>{% print a, b %}</c>.</summary>
internal sealed class PrintNode(TemplateExpression[] values, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        foreach (var value in values)
            value.Execute(scope, output, state);
        return Flow.Next;
    }
}
