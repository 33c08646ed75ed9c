namespace Inkstone.Tokenizers;

/// <summary><c>{% for target in items if test recursive %}…{% else %}…{% endfor %}</c>.</summary>
internal sealed class ForNode(
    AssignmentTarget target, TemplateExpression items, TemplateExpression? test, bool isRecursive,
    TemplateNode[] body, TemplateNode[] otherwise, int line)
    : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        Run(items.Evaluate(scope, state), scope, output, state, 0);
        return Flow.Next;
    }

    /// <summary>Runs the loop over items, at a depth of recursion.</summary>
    public void Run(TemplateValue iterated, Scope scope, TextBuilder output, RenderState state, int depth)
    {
        var walked = iterated.Items(state);
        var (kept, length) = test is null ? (walked, iterated.Length(state)) : (Kept(walked, scope, state), null);
        var loop = new LoopValue(kept, length, iterated.Origin, depth,
            isRecursive ? inner => Recurse(inner, scope, state, depth + 1) : null);
        while (loop.MoveNext())
        {
            state.Enter();
            var inner = new Scope(scope);
            inner.Set("loop", loop);
            target.Assign(loop.Current, inner, state);
            if (ExecuteAll(body, inner, output, state) == Flow.Break)
                break;
        }
        if (loop.IsEmpty)
            ExecuteAll(otherwise, new Scope(scope), output, state);
    }

    private TextValue Recurse(TemplateValue iterated, Scope scope, RenderState state, int depth)
    {
        state.Descend();
        var output = new TextBuilder(state);
        Run(iterated, scope, output, state, depth);
        state.Ascend();
        return output.ToText();
    }

    private IEnumerable<TemplateValue> Kept(IEnumerable<TemplateValue> walked, Scope scope, RenderState state)
    {
        foreach (var item in walked)
        {
            var inner = new Scope(scope);
            target.Assign(item, inner, state);
            if (test!.Evaluate(inner, state).IsTrue(state))
                yield return item;
        }
    }
}
