namespace Inkstone.Tokenizers;

/// <content>Operators, from those that bind least to those that bind most.</content>
internal sealed partial class ExpressionParser
{
    /// <summary>A value with signs before it and, where asked for, filters and tests after it.</summary>
    public TemplateExpression Unary(bool withFilters = true)
    {
        var line = _tokens.Current.Line;
        TemplateExpression value;
        if (_tokens.Current.IsOperator("-") || _tokens.Current.IsOperator("+"))
        {
            _tokens.Descend();
            var isMinus = _tokens.Take().Text == "-";
            value = new SignNode(Unary(withFilters: false), isMinus, line);
            _tokens.Ascend();
        }
        else
            value = Primary();
        value = _postfix.Postfix(value);
        return withFilters ? _postfix.FiltersAndTests(value) : value;
    }

    private TemplateExpression Or()
    {
        var line = _tokens.Current.Line;
        var left = And();
        while (_tokens.TakeIfName("or"))
            left = new LogicNode(isAnd: false, left, And(), line);
        return left;
    }

    private TemplateExpression And()
    {
        var line = _tokens.Current.Line;
        var left = Not();
        while (_tokens.TakeIfName("and"))
            left = new LogicNode(isAnd: true, left, Not(), line);
        return left;
    }

    private TemplateExpression Not()
    {
        if (!_tokens.Current.IsName("not"))
            return Compare();
        _tokens.Descend();
        var line = _tokens.Take().Line;
        var negated = new NotNode(Not(), line);
        _tokens.Ascend();
        return negated;
    }

    private TemplateExpression Compare()
    {
        var line = _tokens.Current.Line;
        var first = Sum();
        List<string>? operations = null;
        List<TemplateExpression>? rest = null;
        for (; ; )
        {
            var token = _tokens.Current;
            string operation;
            if (token.Kind == TemplateTokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                operation = token.Text;
            else if (token.IsName("in"))
                operation = "in";
            else if (token.IsName("not") && _tokens.Ahead.IsName("in"))
            {
                operation = "not in";
                _tokens.Take();
            }
            else
                return operations is null ? first : new ComparisonNode(first, [.. operations], [.. rest!], line);
            _tokens.Take();
            (operations ??= []).Add(operation);
            (rest ??= []).Add(Sum());
        }
    }

    private TemplateExpression Sum()
    {
        var line = _tokens.Current.Line;
        var left = Concatenation();
        while (_tokens.Current is { Kind: TemplateTokenKind.Operator, Text: "+" or "-" })
            left = new BinaryNode(_tokens.Take().Text, left, Concatenation(), line);
        return left;
    }

    private TemplateExpression Concatenation()
    {
        var line = _tokens.Current.Line;
        var first = Product();
        if (!_tokens.Current.IsOperator("~"))
            return first;
        var parts = new List<TemplateExpression> { first };
        while (_tokens.TakeIf("~"))
            parts.Add(Product());
        return new ConcatenationNode([.. parts], line);
    }

    private TemplateExpression Product()
    {
        var line = _tokens.Current.Line;
        var left = Power();
        while (_tokens.Current is { Kind: TemplateTokenKind.Operator, Text: "*" or "/" or "//" or "%" })
            left = new BinaryNode(_tokens.Take().Text, left, Power(), line);
        return left;
    }

    private TemplateExpression Power()
    {
        var line = _tokens.Current.Line;
        var left = Unary();
        while (_tokens.TakeIf("**"))
            left = new BinaryNode("**", left, Unary(), line);
        return left;
    }
}
