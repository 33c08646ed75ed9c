using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>Reads a template: its text and statements here, expressions in <see cref="ExpressionParser"/>.</summary>
internal sealed partial class TemplateParser
{
    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(string source, ChatTemplateLimits limits)
    {
        _tokens = new(source, limits);
        _expressions = new(_tokens);
    }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="limits">How long and how deep it may be.</param>
    /// <param name="literals">All text the template writes literally: outside tags and in strings.</param>
    /// <param name="variables">The variables the template assigns before it reads them.</param>
    public static TemplateNode[] Parse(string source, ChatTemplateLimits limits, out List<string> literals, out string[] variables)
    {
        var parser = new TemplateParser(source, limits);
        var nodes = parser.Statements();
        if (parser._expressions.FirstUnknown is { } unknown)
            throw TemplateErrors.At(unknown.Line, unknown.What);
        literals = parser._tokens.Literals;
        variables = [.. parser._expressions.OuterNames.Where(name => name.Value).Select(name => name.Key)];
        return nodes;
    }

    // Text and statements up to one of the tags named, which is left to be read, or to the end of the template.
    private TemplateNode[] Statements(params ReadOnlySpan<string> ends)
    {
        _tokens.Descend();
        var nodes = new List<TemplateNode>();
        for (; ; )
        {
            var token = _tokens.Current;
            switch (token.Kind)
            {
                case TemplateTokenKind.Data:
                    nodes.Add(new ConstantNode(_tokens.TakeData(), token.Line));
                    continue;
                case TemplateTokenKind.VariableBegin:
                    _tokens.Take();
                    nodes.Add(_expressions.Tuple());
                    _tokens.Expect(TemplateTokenKind.VariableEnd);
                    continue;
                case TemplateTokenKind.BlockBegin:
                    _tokens.Take();
                    if (ends.Contains(_tokens.Current.Text) && _tokens.Current.Kind == TemplateTokenKind.Name)
                        break;
                    nodes.Add(Statement());
                    _tokens.Expect(TemplateTokenKind.BlockEnd);
                    continue;
                default:
                    if (ends.Length > 0)
                        throw TemplateErrors.At(token.Line, "Unexpected end of template", $"one of the tags {string.Join(", ", ends!)}");
                    break;
            }
            _tokens.Ascend();
            return [.. nodes];
        }
    }

    // The body of a tag, whose end tag is read too.
    private TemplateNode[] Body(params ReadOnlySpan<string> ends)
    {
        _tokens.TakeIf(":");
        _tokens.Expect(TemplateTokenKind.BlockEnd);
        return Statements(ends);
    }

    private TemplateNode[] Body(string end)
    {
        var body = Body([end]);
        _tokens.Take();
        return body;
    }

    private TemplateNode Statement()
    {
        var tag = _tokens.Expect(TemplateTokenKind.Name, "a tag name");
        switch (tag.Text)
        {
            case "if":
                return If(tag.Line);
            case "for":
                return For(tag.Line);
            case "set":
                return Set(tag.Line);
            case "macro":
                return Macro(tag.Line);
            case "call":
                return CallBlock(tag.Line);
            case "filter":
                return new FilterBlockNode(_expressions.FilterChain(null), Hard(() => Body("endfilter")), tag.Line);
            case "with":
                return With(tag.Line);
            case "block":
                return Block(tag.Line);
            case "generation":
                return new GenerationNode(OutsideLoops(() => Body("endgeneration")), tag.Line);
            case "print":
                return Print(tag.Line);
            case "break" or "continue":
                if (_loops == 0)
                    throw TemplateErrors.At(tag.Line, $"'{tag.Text}' outside loop");
                return new LoopControlNode(tag.Text == "break" ? Flow.Break : Flow.Continue, tag.Line);
            case "autoescape" or "extends" or "from" or "import" or "include":
                throw TemplateErrors.At(tag.Line, $"the tag '{tag.Text}' is not supported in chat templates");
            default:
                throw TemplateErrors.At(tag.Line, "Encountered unknown tag", found: Excerpt.Of(tag.Text));
        }
    }

    private IfNode If(int line)
    {
        var branches = new List<(TemplateExpression, TemplateNode[])>();
        TemplateNode[] otherwise = [];
        var wasSoft = _expressions.IsSoft;
        _expressions.IsSoft = true;
        for (; ; )
        {
            var test = _expressions.Tuple(withConditional: false);
            branches.Add((test, Body("elif", "else", "endif")));
            var end = _tokens.Take().Text;
            if (end == "elif")
                continue;
            if (end == "else")
                otherwise = Body("endif");
            break;
        }
        _expressions.IsSoft = wasSoft;
        return new([.. branches], otherwise, line);
    }

    private ForNode For(int line)
    {
        var target = _expressions.Target(withNamespace: false, endsAtIn: true);
        if (target is NameTarget { Name: "loop" })
            throw TemplateErrors.At(line, "Can't assign to special loop variable in for-loop target");
        _tokens.ExpectName("in");
        var items = _expressions.Tuple(withConditional: false, endsAtRecursive: true);
        var test = _tokens.TakeIfName("if") ? Inside(_expressions.Expression) : null;
        var isRecursive = _tokens.TakeIfName("recursive");
        _loops++;
        var body = Hard(() => Body("endfor", "else"));
        _loops--;
        var otherwise = _tokens.Take().Text == "else" ? Hard(() => Body("endfor")) : [];
        return new(target, items, test, isRecursive, body, otherwise, line);
    }

    private TemplateNode Set(int line)
    {
        var target = _expressions.Target(withNamespace: true);
        if (_tokens.TakeIf("="))
        {
            var value = _expressions.Tuple();
            Mention(target);
            return new SetNode(target, value, line);
        }
        var filter = _tokens.Current.IsOperator("|") ? Inside(_expressions.PipedFilters) : null;
        Mention(target);
        return new SetBlockNode(target, filter, Hard(() => Body("endset")), line);
    }

    private WithNode With(int line)
    {
        var targets = new List<AssignmentTarget>();
        var values = new List<TemplateExpression>();
        while (_tokens.Current.Kind != TemplateTokenKind.BlockEnd)
        {
            if (targets.Count > 0)
                _tokens.Expect(",");
            targets.Add(_expressions.Target(withNamespace: false));
            _tokens.Expect("=");
            values.Add(_expressions.Expression());
        }
        return new([.. targets], [.. values], Hard(() => Body("endwith")), line);
    }

    private BlockNode Block(int line)
    {
        var name = _tokens.Expect(TemplateTokenKind.Name);
        var body = OutsideLoops(() => Body("endblock"));
        _tokens.TakeIfName(name.Text);
        return new(body, line);
    }

    private PrintNode Print(int line)
    {
        var values = new List<TemplateExpression>();
        while (_tokens.Current.Kind != TemplateTokenKind.BlockEnd)
        {
            if (values.Count > 0)
                _tokens.Expect(",");
            values.Add(_expressions.Expression());
        }
        return new([.. values], line);
    }

    // Jinja compiles the bodies of these to functions, which no break leaves.
    private T OutsideLoops<T>(Func<T> parse)
    {
        var loops = _loops;
        _loops = 0;
        var parsed = Hard(parse);
        _loops = loops;
        return parsed;
    }

    // A filter or test that does not exist is an error at once, but in the branches of an if only when it is reached.
    private T Hard<T>(Func<T> parse)
    {
        var wasSoft = _expressions.IsSoft;
        _expressions.IsSoft = false;
        var parsed = Inside(parse);
        _expressions.IsSoft = wasSoft;
        return parsed;
    }

    private T Inside<T>(Func<T> parse)
    {
        _expressions.ScopeDepth++;
        var parsed = parse();
        _expressions.ScopeDepth--;
        return parsed;
    }

    private void Mention(AssignmentTarget target)
    {
        foreach (var (name, isVariable) in target.Names)
            _expressions.Mention(name, isVariable);
    }
}
