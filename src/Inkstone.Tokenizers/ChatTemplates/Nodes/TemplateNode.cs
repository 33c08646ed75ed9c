namespace Inkstone.Tokenizers;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    /// <summary>The next one follows.</summary>
    Next,

    /// <summary>The innermost loop ends.</summary>
    Break,

    /// <summary>The innermost loop goes on with its next item.</summary>
    Continue,
}

/// <summary>A part of a template that can be carried out.</summary>
internal abstract class TemplateNode(int line)
{
    /// <summary>The line it begins in.</summary>
    public int Line { get; } = line;

    /// <summary>Carries it out.</summary>
    public abstract Flow Execute(Scope scope, TextBuilder output, RenderState state);

    /// <summary>Carries nodes out one after another.</summary>
    public static Flow ExecuteAll(TemplateNode[] nodes, Scope scope, TextBuilder output, RenderState state)
    {
        foreach (var node in nodes)
        {
            state.Enter();
            state.Line = node.Line;
            if (node.Execute(scope, output, state) is not Flow.Next and var flow)
                return flow;
        }
        return Flow.Next;
    }

    /// <summary>What nodes write, as a text of its own.</summary>
    public static TextValue Capture(TemplateNode[] nodes, Scope scope, RenderState state)
    {
        var output = new TextBuilder(state);
        ExecuteAll(nodes, scope, output, state);
        return output.ToText();
    }
}

/// <summary>A part that has a value; carried out, it writes it.</summary>
internal abstract class TemplateExpression(int line) : TemplateNode(line)
{
    /// <summary>Its value.</summary>
    public TemplateValue Evaluate(Scope scope, RenderState state)
    {
        state.Enter();
        state.Line = Line;
        return Compute(scope, state);
    }

    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        Evaluate(scope, state).WriteText(output, state);
        return Flow.Next;
    }

    /// <summary>Works the value out.</summary>
    protected abstract TemplateValue Compute(Scope scope, RenderState state);

    /// <summary>The values of expressions in order.</summary>
    protected static TemplateValue[] EvaluateAll(TemplateExpression[] expressions, Scope scope, RenderState state)
    {
        var values = new TemplateValue[expressions.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = expressions[i].Evaluate(scope, state);
        return values;
    }
}
