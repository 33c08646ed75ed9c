using System.Globalization;
using Inkstone.Foundation.Errors;
using static Inkstone.Inference.GrammarAutomaton;

namespace Inkstone.Inference;

/// <summary>Makes automata of rules (Thompson's construction, Communications of the ACM 11, 1968), one path of states an expression.</summary>
internal sealed class AutomatonBuilder
{
    // A repeat that unrolls to no more states than this is unrolled; longer ones are counted.
    private const int LongestUnrolled = 64;

    private readonly GrammarLimits _limits;
    private readonly List<Rule> _rules = [];
    private readonly List<(int From, ByteEdge Edge)> _bytes = [];
    private readonly List<(int From, CallEdge Edge)> _calls = [];
    private readonly List<(int From, int Target)> _empties = [];
    private readonly Queue<(int Rule, GrammarExpression Body)> _pending = [];
    private int _states;

    private AutomatonBuilder(GrammarLimits limits) => _limits = limits;

    /// <summary>Makes the automata of all rules.</summary>
    /// <exception cref="InkstoneRequestException">They have too many states, begin with themselves, match nothing, or nest too deep.</exception>
    public static GrammarAutomaton Build(GrammarRules rules, int root, GrammarLimits limits)
    {
        var builder = new AutomatonBuilder(limits);
        for (var rule = 0; rule < rules.Count; rule++)
            builder.Open(rules.Name(rule));
        for (var rule = 0; rule < rules.Count; rule++)
            builder.Path(rules.Body(rule), builder._rules[rule].Start, builder._rules[rule].End);
        while (builder._pending.TryDequeue(out var body))
            builder.Path(body.Body, builder._rules[body.Rule].Start, builder._rules[body.Rule].End);
        AutomatonAnalysis.AddBypasses(builder._rules, builder._calls, builder._empties, builder._states);
        var automaton = new GrammarAutomaton
        {
            Rules = [.. builder._rules],
            Root = root,
            Bytes = Grouped(builder._bytes, builder._states),
            Calls = Grouped(builder._calls, builder._states),
            Empties = Grouped(builder._empties, builder._states),
            IsEnd = new bool[builder._states],
        };
        foreach (var rule in automaton.Rules.Where(rule => !rule.IsRepeat))
            automaton.IsEnd[rule.End] = true;
        AutomatonAnalysis.Complete(automaton, limits);
        return automaton;
    }

    private int State()
    {
        if (_states >= _limits.States)
            throw new InkstoneRequestException("a grammar has too many states", "grammar", string.Create(CultureInfo.InvariantCulture, $"at most {_limits.States}"), "more",
                "Shorten its longest lists of texts, or write repeats as counts.");
        return _states++;
    }

    private int Open(string name)
    {
        _rules.Add(new Rule { Name = name, Start = State(), End = State() });
        return _rules.Count - 1;
    }

    private void Path(GrammarExpression expression, int from, int to)
    {
        switch (expression)
        {
            case GrammarExpression.Literal literal:
                Spell(literal.Bytes, from, to);
                break;
            case GrammarExpression.Character character:
                new Utf8Paths(State, (state, edge) => _bytes.Add((state, edge)), to).Add(character.Set, from);
                break;
            case GrammarExpression.Sequence { Parts.Count: 0 }:
                _empties.Add((from, to));
                break;
            case GrammarExpression.Sequence sequence:
                for (var i = 0; i < sequence.Parts.Count; i++)
                {
                    var next = i == sequence.Parts.Count - 1 ? to : State();
                    Path(sequence.Parts[i], from, next);
                    from = next;
                }
                break;
            case GrammarExpression.Choice choice:
                foreach (var option in choice.Options)
                    Path(option, from, to);
                break;
            case GrammarExpression.Repeat repeat:
                Repeated(repeat, from, to);
                break;
            case GrammarExpression.Reference reference:
                _calls.Add((from, new(reference.Rule, to)));
                break;
        }
    }

    private void Spell(byte[] bytes, int from, int to)
    {
        if (bytes.Length == 0)
            _empties.Add((from, to));
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = i == bytes.Length - 1 ? to : State();
            _bytes.Add((from, new(bytes[i], bytes[i], next)));
            from = next;
        }
    }

    private void Repeated(GrammarExpression.Repeat repeat, int from, int to)
    {
        var (least, most) = (repeat.Least, repeat.Most);
        var turns = Turns(repeat);
        if (turns > 1 && (long)turns * Size(repeat.Body, LongestUnrolled) > LongestUnrolled)
        {
            Counted(repeat, from, to);
            return;
        }
        for (var i = 0; i < least; i++)
            from = Turn(repeat.Body, from);
        if (most == GrammarExpression.Repeat.Unbounded)
        {
            var loop = State();
            _empties.Add((from, loop));
            Path(repeat.Body, loop, loop);
            from = loop;
        }
        else
        {
            for (var i = least; i < most; i++)
            {
                _empties.Add((from, to));
                from = Turn(repeat.Body, from);
            }
        }
        _empties.Add((from, to));
    }

    private int Turn(GrammarExpression body, int from)
    {
        var to = State();
        Path(body, from, to);
        return to;
    }

    private void Counted(GrammarExpression.Repeat repeat, int from, int to)
    {
        int body;
        if (repeat.Body is GrammarExpression.Reference reference)
            body = reference.Rule;
        else
        {
            body = Open("a repeated part");
            _pending.Enqueue((body, repeat.Body));
        }
        _rules.Add(new Rule { Name = "a repeat of " + _rules[body].Name, Body = body, Least = repeat.Least, Most = repeat.Most });
        _calls.Add((from, new(_rules.Count - 1, to)));
    }

    private static int Turns(GrammarExpression.Repeat repeat) => repeat.Most == GrammarExpression.Repeat.Unbounded ? repeat.Least : repeat.Most;

    /// <summary>About how many states an expression makes, counted no further than a limit.</summary>
    private static long Size(GrammarExpression expression, long limit) => expression switch
    {
        GrammarExpression.Literal literal => literal.Bytes.Length,
        GrammarExpression.Character { Set: var set } => set.Ranges.Count == 0 || set.Ranges[^1].Last < 0x80 ? 1 : 4 + 2 * set.Ranges.Count,
        GrammarExpression.Sequence sequence => Sum(sequence.Parts, limit),
        GrammarExpression.Choice choice => Sum(choice.Options, limit),
        GrammarExpression.Repeat repeat => Math.Min(limit + 1, (2 + Size(repeat.Body, limit)) * Math.Max(1L, Turns(repeat))),
        _ => 1,
    };

    private static long Sum(IReadOnlyList<GrammarExpression> parts, long limit)
    {
        var sum = 1L;
        for (var i = 0; i < parts.Count && sum <= limit; i++)
            sum += Size(parts[i], limit);
        return sum;
    }

    private static T[][] Grouped<T>(List<(int From, T Edge)> edges, int states)
    {
        var counts = new int[states];
        foreach (var (from, _) in edges)
            counts[from]++;
        var grouped = new T[states][];
        for (var state = 0; state < states; state++)
            grouped[state] = counts[state] == 0 ? [] : new T[counts[state]];
        Array.Clear(counts);
        foreach (var (from, edge) in edges)
            grouped[from][counts[from]++] = edge;
        return grouped;
    }
}
