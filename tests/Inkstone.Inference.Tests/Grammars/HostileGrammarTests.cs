using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

/// <summary>Whatever the notation holds, reading it ends in a grammar or in the project's error, and using it too, after counted work.</summary>
public sealed class HostileGrammarTests
{
    private static readonly string[] Grammars =
    [
        "root ::= \"a\" x* # c\nx ::= [a-z^\\x41]{2,7} | (\"é\\n\" root?)+ | .",
        "root ::= (\"(\" root \")\"){0,99} y\ny ::= \"\" | [^\"\\\\] y",
    ];

    private static readonly string[] Expressions = ["^(?:a|[^b-d\\d]{2,30})+?\\.(?<n>x*)$|\\u00e9\\x41$", "((a{3}){2}|[\\]\\s日-本])*?(x|)+"];

    private static readonly string[] Schemas =
    [
        """{"type":"object","properties":{"a":{"type":"integer","minimum":-3,"maximum":1e3},"b":{"$ref":"#/$defs/t"}},"required":["a"],"additionalProperties":{"type":["string","null"],"maxLength":9}, "$defs":{"t":{"anyOf":[{"type":"array","items":{"$ref":"#"},"maxItems":3},{"const":[1,"x"]}]}}}""",
        """{"allOf":[{"oneOf":[{"type":"string","pattern":"^a+$"},{"type":"number","exclusiveMinimum":0.25}]},{"enum":["aa",2,{"k":[]}]}],"title":"t"}""",
        """{"type":"array","prefixItems":[{"format":"date","type":"string"},true],"minItems":1,"items":{"type":"object","minProperties":1,"maxProperties":2,"additionalProperties":{"type":"boolean"}}}""",
    ];

    [Theory]
    [InlineData("gbnf")]
    [InlineData("regex")]
    [InlineData("schema")]
    public void MutantsEndInAGrammarOrAnError(string kind)
    {
        var sources = kind == "gbnf" ? Grammars : kind == "regex" ? Expressions : Schemas;
        var random = Rng.From(51).Cursor();
        var limits = new GrammarLimits { States = 20_000, StepWork = 20_000, Nesting = 12 };
        int read = 0, refused = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var text = Mutate(sources[random.NextInt(sources.Length)], sources, random);
            try
            {
                var grammar = kind == "gbnf" ? Grammar.FromGbnf(text, limits) : kind == "regex" ? Grammar.FromRegex(text, limits) : Grammar.FromJsonSchema(text, limits);
                read++;
                if (read % 16 != 0)
                    continue;
                var machine = grammar.Machine();
                machine.Work.Allow(limits.StepWork);
                var state = machine.Initial;
                for (var step = 0; step < 8 && state.Threads.Length > 0; step++)
                {
                    byte[] next = [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => !machine.Step(state, value).IsDead)];
                    Assert.True(next.Length > 0 || state.MayEnd, text);
                    if (next.Length == 0)
                        break;
                    state = machine.Step(state, next[random.NextInt(next.Length)]);
                }
            }
            catch (InkstoneRequestException)
            {
                refused++;
            }
        }
        Assert.True(read > 2_000 && refused > 5_000, $"{read} {refused}");
    }

    public static TheoryData<string, string> Bombs { get; } = new()
    {
        { "gbnf", "root ::= ((((\"a\"{100}){100}){100}){100}){100}" },
        { "gbnf", "root ::= (((\"a\"?){1000}){1000}){1000} \"b\"" },
        { "gbnf", "root ::= " + new string('(', 30_000) + "\"a\"" + new string(')', 30_000) },
        { "gbnf", "root ::= \"a\"" + new string('*', 60_000) },
        { "gbnf", "root ::= ((\"\"*)*)* ((\"\"?)+)*" },
        { "gbnf", "root ::= " + string.Concat(Enumerable.Repeat("\"a\"? ", 10_000)) },
        { "gbnf", "root ::= " + string.Join(" | ", Enumerable.Repeat("\"a\"{2,60}", 5_000)) },
        { "gbnf", "root ::= s\ns ::= \"a\" s s s | \"a\" s s | \"a\" s | \"a\"" },
        { "gbnf", "root ::= x{0,999} x{0,999} x{0,999}\nx ::= \"a\" | \"aa\" | \"a\" x" },
        { "gbnf", "root ::= (\"a\" | \"b\")* \"a\" (\"a\" | \"b\"){300}" },
        { "gbnf", "root ::= r0\n" + string.Concat(Enumerable.Range(0, 3_000).Select(i => $"r{i} ::= r{i + 1} r{i + 1}\n")) + "r3000 ::= \"a\"" },
        { "regex", "((((((a{1,90}){1,90}){1,90}){1,90}){1,90}){1,90})*" },
        { "regex", "(a|a)*(a|a)*(a|a)*" + string.Concat(Enumerable.Repeat("(a*)*", 6_000)) + "b" },
        { "regex", "[ab]*a[ab]{900}" },
        { "schema", "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 10_000)) + "]}" },
        { "schema", "{\"type\":\"string\",\"minLength\":2000000000}" },
        { "schema", string.Concat(Enumerable.Repeat("{\"items\":", 3_000)) + "{}" + new string('}', 3_000) },
        { "schema", "{\"allOf\":[" + string.Join(',', Enumerable.Repeat("{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"a\":{}}},{\"type\":\"object\",\"required\":[\"b\"]}]}", 30)) + "]}" },
        { "schema", "{\"$defs\":{" + string.Join(',', Enumerable.Range(0, 1_000).Select(i => $"\"d{i}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{(i + 1) % 1000}\"}},{{\"$ref\":\"#/$defs/d{(i + 7) % 1000}\"}}]}}")) + "},\"$ref\":\"#/$defs/d0\"}" },
        { "schema", "{\"type\":\"object\",\"properties\":{" + string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"\"p{i}\":{{}}")) + "}}" },
        { "schema", "{\"type\":\"object\",\"required\":[\"" + new string('k', 60_000) + "\"]}" },
        { "schema", "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}" },
        { "schema", "{\"$defs\":{" + string.Join(',', Enumerable.Range(0, 1_500).Select(i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}")) + ",\"d1500\":{}},\"$ref\":\"#/$defs/d0\"}" },
        { "schema", new string(' ', 70_000) },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void BombsEndAfterCountedWork(string kind, string text)
    {
        var vocabulary = GrammarSamples.SmallVocabulary;
        try
        {
            var grammar = kind == "gbnf" ? Grammar.FromGbnf(text) : kind == "regex" ? Grammar.FromRegex(text) : Grammar.FromJsonSchema(text);
            var constraint = GrammarConstraint.Create(grammar, vocabulary);
            for (var step = 0; step < 60; step++)
            {
                var mask = GrammarSamples.Mask(constraint, vocabulary.Count);
                if (Array.LastIndexOf(mask, true) is >= 0 and var token)
                    constraint.Accept(token);
            }
            Assert.True(grammar.MasksOf(vocabulary).Machine.Work.Count < 1L << 29);
        }
        catch (InkstoneRequestException)
        {
        }
    }

    [Fact]
    public void ATextThatIsTooMuchWorkEndsInTheError()
    {
        var grammar = Grammar.FromGbnf("root ::= s\ns ::= \"a\" s s s | \"a\" s s | \"a\"", new GrammarLimits { StepWork = 2_000 });
        var constraint = GrammarConstraint.Create(grammar, GrammarSamples.VocabularyOf("a"));
        var error = Assert.Throws<InkstoneRequestException>(() =>
        {
            for (var step = 0; step < 10_000; step++)
                constraint.Accept(1);
        });
        Assert.Contains("too much work", error.Message, StringComparison.Ordinal);
    }

    private static string Mutate(string text, string[] others, RngCursor random)
    {
        const string signs = "()[]{}*+?|^$\\\".,:=0123456789-abxun \n#é\uD83D\u0001";
        var mutant = new StringBuilder(text);
        for (var changes = 1 + random.NextInt(4); changes > 0; changes--)
        {
            var (place, sign) = (random.NextInt(mutant.Length + 1), signs[random.NextInt(signs.Length)]);
            switch (random.NextInt(6))
            {
                case 0:
                    mutant.Insert(place, sign);
                    break;
                case 1 when place < mutant.Length:
                    mutant[place] = sign;
                    break;
                case 2:
                    mutant.Remove(place, Math.Min(mutant.Length - place, 1 + random.NextInt(6)));
                    break;
                case 3:
                    var other = others[random.NextInt(others.Length)];
                    var start = random.NextInt(other.Length);
                    mutant.Insert(place, other.AsSpan(start, Math.Min(other.Length - start, random.NextInt(20))));
                    break;
                case 4:
                    mutant.Length = Math.Max(1, place);
                    break;
                default:
                    // Digits where digits are: counts and bounds, often large.
                    var digit = Enumerable.Range(0, mutant.Length).FirstOrDefault(i => i >= place && char.IsAsciiDigit(mutant[i]), -1);
                    if (digit >= 0)
                        mutant.Insert(digit, random.NextInt(100_000));
                    break;
            }
        }
        return mutant.ToString();
    }
}
