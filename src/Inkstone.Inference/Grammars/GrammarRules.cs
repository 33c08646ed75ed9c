namespace Inkstone.Inference;

/// <summary>Rules on their way to automata. A rule may be named before it is defined, so that rules can name each other.</summary>
internal sealed class GrammarRules
{
    private readonly List<(string Name, GrammarExpression? Body)> _rules = [];

    /// <summary>How many rules there are.</summary>
    public int Count => _rules.Count;

    /// <summary>A new rule that is defined later.</summary>
    public int Declare(string name)
    {
        _rules.Add((name, null));
        return _rules.Count - 1;
    }

    /// <summary>Says what a rule is.</summary>
    public void Define(int rule, GrammarExpression body) => _rules[rule] = (_rules[rule].Name, body);

    /// <summary>A new rule; the expression that names it.</summary>
    public GrammarExpression Add(string name, GrammarExpression body)
    {
        _rules.Add((name, body));
        return new GrammarExpression.Reference(_rules.Count - 1);
    }

    /// <summary>What errors call a rule.</summary>
    public string Name(int rule) => _rules[rule].Name;

    /// <summary>What a rule is; what was never defined matches nothing.</summary>
    public GrammarExpression Body(int rule) => _rules[rule].Body ?? GrammarExpression.Nothing;

    /// <summary>Whether a rule has been defined.</summary>
    public bool IsDefined(int rule) => _rules[rule].Body is not null;
}
