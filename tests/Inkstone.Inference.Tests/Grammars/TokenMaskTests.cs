using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

public sealed class TokenMaskTests
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(2, 4)]
    public void MasksEqualThoseOfTryingEveryToken(int seed, int? depth)
    {
        var vocabulary = GrammarSamples.SmallVocabulary;
        var tokens = GrammarSamples.TokensOf(vocabulary);
        var random = Rng.From(seed).Cursor();
        var states = 0;
        for (var made = 0; made < 150;)
        {
            var source = RandomGrammars.Make(random);
            if (TryMake(source, depth) is not { } grammar)
                continue;
            made++;
            for (var walk = 0; walk < 3; walk++)
            {
                var constraint = GrammarConstraint.Create(grammar, vocabulary);
                var machine = grammar.Machine();
                var (state, text) = (machine.Initial, "");
                for (var step = 0; step < 12; step++)
                {
                    var expected = GrammarSamples.NaiveMask(machine, state, tokens);
                    Assert.Equal(state.MayEnd, constraint.MayEnd);
                    var actual = GrammarSamples.Mask(constraint, vocabulary.Count);
                    for (var id = 0; id < expected.Length; id++)
                        Assert.True(expected[id] == actual[id], $"{source}{text}, then {Encoding.UTF8.GetString(tokens[id])}: {expected[id]}");
                    int[] allowed = [.. Enumerable.Range(1, vocabulary.Count - 1).Where(id => expected[id])];
                    Assert.True(allowed.Length > 0 || state.MayEnd);
                    if (allowed.Length == 0)
                        break;
                    var token = allowed[random.NextInt(allowed.Length)];
                    constraint.Accept(token);
                    foreach (var value in tokens[token])
                        state = machine.Step(state, value);
                    text += Encoding.UTF8.GetString(tokens[token]);
                    states++;
                }
            }
        }
        Assert.True(states > 1_500, $"{states}");
    }

    [Fact]
    public void TextsOfRandomGrammarsAreThoseOfTheNaiveRecogniser()
    {
        var random = Rng.From(11).Cursor();
        int whole = 0, prefixes = 0;
        for (var made = 0; made < 300;)
        {
            var source = RandomGrammars.Make(random);
            if (TryMake(source, null) is not { } grammar || !IsProductive(grammar))
                continue;
            made++;
            var (machine, oracle) = (grammar.Machine(), new NaiveGrammar(source));
            for (var walk = 0; walk < 4; walk++)
            {
                var (state, text) = (machine.Initial, new StringBuilder());
                for (var step = 0; step < 20 && !state.IsDead; step++)
                {
                    Assert.True(state.MayEnd == oracle.Matches(text.ToString()), $"{source}{text}: {state.MayEnd}");
                    Assert.True(oracle.IsPrefix(text.ToString()), source + text);
                    whole += state.MayEnd ? 1 : 0;
                    prefixes++;
                    var alphabet = "ab\"é日 x[]0true\n本c1y";
                    string[] next = [.. alphabet.Select(sign => sign.ToString()).Where(sign => !After(machine, state, sign).IsDead)];
                    foreach (var sign in alphabet.Where(sign => !next.Contains(sign.ToString())))
                        Assert.False(oracle.IsPrefix(text.ToString() + sign), source + text + sign);
                    if (next.Length == 0)
                        break;
                    var chosen = next[random.NextInt(next.Length)];
                    text.Append(chosen);
                    state = After(machine, state, chosen);
                }
            }
        }
        Assert.True(whole > 500 && prefixes > 2_000, $"{whole} {prefixes}");
    }

    [Fact]
    public void ForksGoTheirOwnWays()
    {
        var vocabulary = GrammarSamples.VocabularyOf("a", "b", "ab");
        var first = GrammarConstraint.Create(Grammar.FromGbnf("root ::= \"a\" (\"b\" | \"a\")"), vocabulary);
        Assert.Equal([false, true, false, true], GrammarSamples.Mask(first, 4));
        first.Accept(1);
        var second = first.Fork();
        first.Accept(2);
        Assert.True(first.MayEnd);
        Assert.False(second.MayEnd);
        second.Accept(1);
        Assert.True(second.MayEnd);
        Assert.Throws<InkstoneRequestException>(() => second.Accept(0));
        Assert.Throws<InkstoneRequestException>(() => first.Accept(1));
        Assert.Equal([false, false, false, false], GrammarSamples.Mask(first, 4));
    }

    [Fact]
    public void WhatIsKeptStaysBoundedAndMasksStayTheSame()
    {
        var vocabulary = GrammarSamples.SmallVocabulary;
        const string source = "root ::= v{0,5000}\nv ::= \"[\" v{0,70} \"]\" | [a-z]{1,80} | \"\\\"\" [^\\\"]{3,100} \"\\\"\"";
        var small = GrammarConstraint.Create(Grammar.FromGbnf(source, new GrammarLimits { HeldBytes = 100_000 }), vocabulary);
        var large = GrammarConstraint.Create(Grammar.FromGbnf(source), vocabulary);
        var random = Rng.From(3).Cursor();
        for (var step = 0; step < 400; step++)
        {
            var mask = GrammarSamples.Mask(large, vocabulary.Count);
            Assert.Equal(mask, GrammarSamples.Mask(small, vocabulary.Count));
            int[] allowed = [.. Enumerable.Range(1, vocabulary.Count - 1).Where(id => mask[id])];
            var token = allowed[random.NextInt(allowed.Length)];
            large.Accept(token);
            small.Accept(token);
        }
    }

    private static bool IsProductive(Grammar grammar) => grammar.Automaton.RuleNeeds.All(need => need != GrammarAutomaton.Hopeless);

    private static MatcherState After(PushdownMachine machine, MatcherState state, string text)
    {
        foreach (var value in Encoding.UTF8.GetBytes(text))
            state = machine.Step(state, value);
        return state;
    }

    private static Grammar? TryMake(string source, int? depth)
    {
        try
        {
            return Grammar.FromGbnf(source, depth is { } limit ? new GrammarLimits { Depth = limit } : null);
        }
        catch (InkstoneRequestException)
        {
            return null;
        }
    }
}
