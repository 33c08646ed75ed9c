using System.Globalization;
using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>Reads the expressions of a template, by Jinja's rules of precedence.</summary>
internal sealed partial class ExpressionParser
{
    private readonly TokenReader _tokens;
    private readonly PostfixParser _postfix;
    private readonly List<(int Line, string What)> _unknown = [];

    /// <summary>Reads from a reader.</summary>
    public ExpressionParser(TokenReader tokens)
    {
        _tokens = tokens;
        _postfix = new(tokens, this);
    }

    /// <summary>Which special names were met.</summary>
    public SpecialNames Special { get; set; }

    /// <summary>Whether filters and tests that do not exist are errors only when they are reached.</summary>
    public bool IsSoft { get; set; }

    /// <summary>How many scopes inside the template's own the parser is.</summary>
    public int ScopeDepth { get; set; }

    /// <summary>
    /// The names the template's own scope mentions, and whether it is sure to assign them first. Jinja makes those variables of the
    /// template, so that macros called before find nothing, whatever was given by that name.
    /// </summary>
    public Dictionary<string, bool> OuterNames { get; } = new(StringComparer.Ordinal);

    /// <summary>The first filter or test that does not exist.</summary>
    public (int Line, string What)? FirstUnknown => _unknown.Count > 0 ? _unknown[0] : null;

    /// <summary>Notes a filter or test that does not exist.</summary>
    public void Unknown(int line, string what)
    {
        if (!IsSoft)
            _unknown.Add((line, what));
    }

    /// <summary>Notes that a name is read or assigned.</summary>
    public void Mention(string name, bool isAssigned)
    {
        if (ScopeDepth == 0)
            OuterNames.TryAdd(name, isAssigned && !IsSoft);
    }

    /// <summary>Filters with bars before them, of a block.</summary>
    public FilterNode PipedFilters()
    {
        _tokens.Expect("|");
        return FilterChain(null);
    }

    /// <summary>Filters of a block, the first without a bar.</summary>
    public FilterNode FilterChain(TemplateExpression? value)
    {
        var filter = _postfix.Filter(value);
        while (_tokens.TakeIf("|"))
            filter = _postfix.Filter(filter);
        return filter;
    }

    /// <summary>One expression, or several with commas between, which make a tuple.</summary>
    public TemplateExpression Tuple(bool withConditional = true, bool endsAtRecursive = false, bool inParentheses = false)
    {
        var line = _tokens.Current.Line;
        List<TemplateExpression>? items = null;
        while (!IsTupleEnd(endsAtRecursive))
        {
            var item = withConditional ? Expression() : Or();
            if (!_tokens.TakeIf(","))
            {
                if (items is null)
                    return item;
                items.Add(item);
                break;
            }
            (items ??= []).Add(item);
        }
        if (items is null && !inParentheses)
            throw _tokens.Unexpected("an expression");
        return new SequenceNode([.. items ?? []], isTuple: true, line);
    }

    /// <summary>An expression, one with <c>if</c> and <c>else</c> included.</summary>
    public TemplateExpression Expression()
    {
        _tokens.Descend();
        var line = _tokens.Current.Line;
        var unknown = _unknown.Count;
        var value = Or();
        while (_tokens.TakeIfName("if"))
        {
            var test = Or();
            var other = _tokens.TakeIfName("else") ? Expression() : null;
            value = new ConditionalNode(test, value, other, line);
            _unknown.RemoveRange(unknown, _unknown.Count - unknown);
            line = _tokens.Current.Line;
        }
        _tokens.Ascend();
        return value;
    }

    /// <summary>What may stand left of an assignment.</summary>
    public AssignmentTarget Target(bool withNamespace, bool endsAtIn = false)
    {
        var targets = new List<AssignmentTarget>();
        var isTuple = false;
        while (!(IsTupleEnd(false) || (endsAtIn && _tokens.Current.IsName("in"))))
        {
            targets.Add(SingleTarget(withNamespace));
            if (!_tokens.TakeIf(","))
                break;
            isTuple = true;
        }
        if (targets.Count == 0)
            throw _tokens.Unexpected("a name to assign to");
        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    /// <summary>Refuses the names of constants.</summary>
    public static void CheckAssignable(TemplateToken name)
    {
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw TemplateErrors.At(name.Line, $"can't assign to '{name.Text}'");
    }

    /// <summary>A name, literal or bracketed expression.</summary>
    public TemplateExpression Primary()
    {
        var token = _tokens.Current;
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                _tokens.Take();
                return Name(token);
            case TemplateTokenKind.String:
                _tokens.Take();
                var text = token.Text;
                if (_tokens.Current.Kind == TemplateTokenKind.String)
                {
                    var parts = new List<string> { text };
                    while (_tokens.Current.Kind == TemplateTokenKind.String)
                        parts.Add(_tokens.Take().Text);
                    text = string.Concat(parts);
                }
                return new ConstantNode(new TextValue(text), token.Line);
            case TemplateTokenKind.Integer:
                _tokens.Take();
                return new ConstantNode(Integer(token), token.Line);
            case TemplateTokenKind.Float:
                _tokens.Take();
                return new ConstantNode(new FloatValue(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture)), token.Line);
        }
        if (_tokens.TakeIf("("))
        {
            var value = Tuple(inParentheses: true);
            _tokens.Expect(")");
            return value;
        }
        return token.Text switch
        {
            "[" when token.Kind == TemplateTokenKind.Operator => new SequenceNode(Items("]", isDictionary: false), isTuple: false, token.Line),
            "{" when token.Kind == TemplateTokenKind.Operator => new DictionaryNode(Items("}", isDictionary: true), token.Line),
            _ => throw TemplateErrors.At(token.Line, $"unexpected '{token.Description}'"),
        };
    }

    /// <summary>A whole number as it is written.</summary>
    public static IntegerValue Integer(TemplateToken token)
    {
        var number = token.Text;
        if (number.Length > 4300)
            throw TemplateErrors.At(token.Line, "the number has too many digits");
        if (number.Length < 3 || char.IsAsciiDigit(number[1]))
            return new(BigInteger.Parse(number, CultureInfo.InvariantCulture));
        var digitBase = number[1] is 'x' or 'X' ? 16 : number[1] is 'o' or 'O' ? 8 : 2;
        var value = BigInteger.Zero;
        foreach (var digit in number.AsSpan(2))
            value = value * digitBase + Convert.ToInt32(digit.ToString(), 16);
        return new(value);
    }

    private AssignmentTarget SingleTarget(bool withNamespace)
    {
        if (_tokens.TakeIf("("))
        {
            _tokens.Descend();
            var inner = Target(withNamespace: false);
            _tokens.Expect(")");
            _tokens.Ascend();
            return inner;
        }
        if (_tokens.Current.Kind != TemplateTokenKind.Name)
            throw TemplateErrors.At(_tokens.Current.Line, $"can't assign to '{_tokens.Current.Description}'");
        var name = _tokens.Take();
        if (withNamespace && _tokens.TakeIf("."))
            return new NamespaceTarget(name.Text, new TextValue(_tokens.Expect(TemplateTokenKind.Name).Text));
        CheckAssignable(name);
        return new NameTarget(name.Text);
    }

    private bool IsTupleEnd(bool endsAtRecursive) =>
        _tokens.Current.Kind is TemplateTokenKind.VariableEnd or TemplateTokenKind.BlockEnd || _tokens.Current.IsOperator(")")
        || (endsAtRecursive && _tokens.Current.IsName("recursive"));

    private TemplateExpression Name(TemplateToken token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new ConstantNode(BooleanValue.Of(true), token.Line);
            case "false" or "False":
                return new ConstantNode(BooleanValue.Of(false), token.Line);
            case "none" or "None":
                return new ConstantNode(NoneValue.Instance, token.Line);
        }
        Special |= token.Text switch
        {
            "caller" => SpecialNames.Caller,
            "varargs" => SpecialNames.More,
            "kwargs" => SpecialNames.Named,
            _ => SpecialNames.None,
        };
        Mention(token.Text, isAssigned: false);
        return new NameNode(token.Text, token.Line);
    }

    // The items of a list, or the keys and values of a dictionary in turn.
    private TemplateExpression[] Items(string end, bool isDictionary)
    {
        _tokens.Take();
        var items = new List<TemplateExpression>();
        while (!_tokens.Current.IsOperator(end))
        {
            items.Add(Expression());
            if (isDictionary)
            {
                _tokens.Expect(":");
                items.Add(Expression());
            }
            if (!_tokens.TakeIf(","))
                break;
        }
        _tokens.Expect(end);
        return [.. items];
    }
}
