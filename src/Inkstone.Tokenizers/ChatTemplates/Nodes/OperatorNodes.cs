namespace Inkstone.Tokenizers;

/// <summary>An operator of two numbers, texts or sequences.</summary>
internal sealed class BinaryNode(string operation, TemplateExpression left, TemplateExpression right, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state) =>
        Operators.Apply(operation, left.Evaluate(scope, state), right.Evaluate(scope, state), state);
}

/// <summary><c>-value</c> or <c>+value</c>.</summary>
internal sealed class SignNode(TemplateExpression value, bool isMinus, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state) => Operators.Negate(value.Evaluate(scope, state), isMinus, state);
}

/// <summary><c>not value</c>.</summary>
internal sealed class NotNode(TemplateExpression value, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var negated = value.Evaluate(scope, state);
        return BooleanValue.Of(!negated.IsTrue(state), negated.Origin);
    }
}

/// <summary><c>left and right</c> or <c>left or right</c>: one of the two values.</summary>
internal sealed class LogicNode(bool isAnd, TemplateExpression left, TemplateExpression right, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var first = left.Evaluate(scope, state);
        return first.IsTrue(state) == isAnd ? right.Evaluate(scope, state) : first;
    }
}

/// <summary><c>a ~ b ~ c</c>.</summary>
internal sealed class ConcatenationNode(TemplateExpression[] parts, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var whole = TextValue.Empty;
        foreach (var part in parts)
            whole = TextValue.Concatenate(whole, part.Evaluate(scope, state).ToText(state), state);
        return whole;
    }
}

/// <summary>A chain of comparisons, each between neighbours.</summary>
internal sealed class ComparisonNode(TemplateExpression first, string[] operations, TemplateExpression[] rest, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state)
    {
        var left = first.Evaluate(scope, state);
        var origin = left.Origin;
        for (var i = 0; i < rest.Length; i++)
        {
            var right = rest[i].Evaluate(scope, state);
            origin |= right.Origin;
            if (!Comparison.Holds(left, right, operations[i], state))
                return BooleanValue.Of(false, origin);
            left = right;
        }
        return BooleanValue.Of(true, origin);
    }
}

/// <summary><c>value if test else other</c>.</summary>
internal sealed class ConditionalNode(TemplateExpression test, TemplateExpression value, TemplateExpression? other, int line) : TemplateExpression(line)
{
    protected override TemplateValue Compute(Scope scope, RenderState state) => test.Evaluate(scope, state).IsTrue(state)
        ? value.Evaluate(scope, state)
        : other?.Evaluate(scope, state) ?? new UndefinedValue(FormattableString.Invariant(
            $"the inline if-expression on line {Line} evaluated to false and no else section was defined."));
}
