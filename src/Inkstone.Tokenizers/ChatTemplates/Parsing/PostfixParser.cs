using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Reads what follows a value: attributes, items, calls, filters and tests.</summary>
internal sealed class PostfixParser(TokenReader tokens, ExpressionParser expressions)
{
    /// <summary>Attributes, items and calls.</summary>
    public TemplateExpression Postfix(TemplateExpression value)
    {
        for (; ; )
        {
            if (tokens.Current.IsOperator("."))
                value = Attribute(value);
            else if (tokens.Current.IsOperator("["))
                value = Item(value);
            else if (tokens.Current.IsOperator("("))
                value = Call(value);
            else
                return value;
        }
    }

    /// <summary>Filters, tests, and calls of what they give.</summary>
    public TemplateExpression FiltersAndTests(TemplateExpression value)
    {
        for (; ; )
        {
            if (tokens.TakeIf("|"))
                value = Filter(value);
            else if (tokens.TakeIfName("is"))
                value = Test(value);
            else if (tokens.Current.IsOperator("("))
                value = Call(value);
            else
                return value;
        }
    }

    /// <summary>A filter, after its bar.</summary>
    public FilterNode Filter(TemplateExpression? value)
    {
        var name = tokens.Expect(TemplateTokenKind.Name);
        var full = DottedName(name.Text);
        if (Filters.Find(full) is null)
            expressions.Unknown(name.Line, $"No filter named '{full}'.");
        return new(value, full, tokens.Current.IsOperator("(") ? Arguments() : null, name.Line);
    }

    private TemplateExpression Test(TemplateExpression value)
    {
        var line = tokens.Current.Line;
        var isNegated = tokens.TakeIfName("not");
        var name = DottedName(tokens.Expect(TemplateTokenKind.Name).Text);
        if (Tests.Find(name) is null)
            expressions.Unknown(line, $"No test named '{name}'.");
        CallArguments? arguments = null;
        if (tokens.Current.IsOperator("("))
            arguments = Arguments();
        else if (BeginsArgument(tokens.Current))
        {
            if (tokens.Current.IsName("is"))
                throw TemplateErrors.At(tokens.Current.Line, "You cannot chain multiple tests with is");
            arguments = new([Postfix(expressions.Primary())], [], [], null, null);
        }
        TemplateExpression test = new TestNode(value, name, arguments, line);
        return isNegated ? new NotNode(test, line) : test;
    }

    private static bool BeginsArgument(TemplateToken token) => token.Kind switch
    {
        TemplateTokenKind.Name => token.Text is not ("else" or "or" or "and"),
        TemplateTokenKind.Operator => token.Text is "[" or "{",
        TemplateTokenKind.String or TemplateTokenKind.Integer or TemplateTokenKind.Float => true,
        _ => false,
    };

    private string DottedName(string name)
    {
        if (!tokens.Current.IsOperator("."))
            return name;
        var whole = new StringBuilder(name);
        while (tokens.TakeIf("."))
            whole.Append('.').Append(tokens.Expect(TemplateTokenKind.Name).Text);
        return whole.ToString();
    }

    private TemplateExpression Attribute(TemplateExpression value)
    {
        var line = tokens.Take().Line;
        var name = tokens.Take();
        return name.Kind switch
        {
            TemplateTokenKind.Name => new AttributeNode(value, new TextValue(name.Text), line),
            TemplateTokenKind.Integer => new ItemNode(value, new ConstantNode(ExpressionParser.Integer(name), line), line),
            _ => throw TemplateErrors.At(name.Line, "expected name or number"),
        };
    }

    private TemplateExpression Item(TemplateExpression value)
    {
        var line = tokens.Take().Line;
        var keys = new List<TemplateExpression>();
        SliceNode? slice = null;
        var isFirst = true;
        for (; !tokens.Current.IsOperator("]"); isFirst = false)
        {
            if (!isFirst)
                tokens.Expect(",");
            if (slice is not null)
                throw TemplateErrors.At(line, "slices of several dimensions are not supported");
            var start = tokens.Current.IsOperator(":") ? null : expressions.Expression();
            if (tokens.TakeIf(":"))
                slice = Slice(value, start, line);
            else
                keys.Add(start!);
        }
        tokens.Take();
        if (slice is null)
            return new ItemNode(value, keys.Count == 1 ? keys[0] : new SequenceNode([.. keys], isTuple: true, line), line);
        return keys.Count == 0 ? slice : throw TemplateErrors.At(line, "slices of several dimensions are not supported");
    }

    private SliceNode Slice(TemplateExpression value, TemplateExpression? start, int line)
    {
        var stop = EndsBound() ? null : expressions.Expression();
        var step = tokens.TakeIf(":") && !EndsBound() ? expressions.Expression() : null;
        return new(value, [start, stop, step], line);
    }

    private bool EndsBound() => tokens.Current is { Kind: TemplateTokenKind.Operator, Text: ":" or "]" or "," };

    private CallNode Call(TemplateExpression callee)
    {
        var line = tokens.Current.Line;
        return new(callee, Arguments(), line);
    }

    private CallArguments Arguments()
    {
        var line = tokens.Expect("(").Line;
        List<TemplateExpression> positional = [], named = [];
        var names = new List<string>();
        TemplateExpression? spread = null, spreadNamed = null;
        for (var isFirst = true; !tokens.Current.IsOperator(")"); isFirst = false)
        {
            if (!isFirst)
            {
                tokens.Expect(",");
                if (tokens.Current.IsOperator(")"))
                    break;
            }
            if (tokens.TakeIf("*"))
            {
                Check(spread is null && spreadNamed is null);
                spread = expressions.Expression();
            }
            else if (tokens.TakeIf("**"))
            {
                Check(spreadNamed is null);
                spreadNamed = expressions.Expression();
            }
            else if (tokens.Current.Kind == TemplateTokenKind.Name && tokens.Ahead.IsOperator("="))
            {
                Check(spreadNamed is null);
                names.Add(tokens.Take().Text);
                tokens.Take();
                named.Add(expressions.Expression());
            }
            else
            {
                Check(spread is null && spreadNamed is null && names.Count == 0);
                positional.Add(expressions.Expression());
            }
        }
        tokens.Take();
        return new([.. positional], [.. names], [.. named], spread, spreadNamed);

        void Check(bool holds)
        {
            if (!holds)
                throw TemplateErrors.At(line, "invalid syntax for function call expression");
        }
    }
}
