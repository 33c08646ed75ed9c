using System.Globalization;
using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

/// <summary>Random GBNF grammars: small, recursive, ambiguous, with repeats long and short.</summary>
internal static class RandomGrammars
{
    private static readonly string[] Atoms = ["\"a\"", "\"b\"", "\"ab\"", "\"\\\"\"", "[a-c]", "[^a\\\"]", "\"é\"", "[日本é]", "\"\"", "[0-9]", ".", "\"true\"", "[ \\n]"];

    public static string Make(RngCursor random)
    {
        var rules = 1 + random.NextInt(4);
        var text = new StringBuilder();
        for (var rule = 0; rule < rules; rule++)
            text.Append(CultureInfo.InvariantCulture, $"{Name(rule)} ::= {Choice(random, rule, rules, 3)}\n");
        return text.ToString();
    }

    private static string Name(int rule) => rule == 0 ? "root" : string.Create(CultureInfo.InvariantCulture, $"r{rule}");

    private static string Choice(RngCursor random, int rule, int rules, int depth) =>
        string.Join(" | ", Enumerable.Range(0, 1 + random.NextInt(3)).Select(_ => Row(random, rule, rules, depth)));

    private static string Row(RngCursor random, int rule, int rules, int depth)
    {
        var parts = new List<string>();
        for (var i = 1 + random.NextInt(3); i > 0; i--)
        {
            var part = random.NextInt(8) switch
            {
                // Recursion comes after a character, so that few grammars are refused.
                0 => $"\"[\" {Name(random.NextInt(rules))} \"]\"",
                1 => $"[xyz] {Name(random.NextInt(rules))}?",
                2 when rule + 1 < rules => Name(rule + 1 + random.NextInt(rules - rule - 1)),
                3 or 4 when depth > 0 => $"({Choice(random, rule, rules, depth - 1)})",
                _ => Atoms[random.NextInt(Atoms.Length)],
            };
            if (part.Contains(' ', StringComparison.Ordinal) && random.NextInt(2) == 0)
                part = $"({part})";
            parts.Add(part + (random.NextInt(3) > 0 ? "" : random.NextInt(9) switch
            {
                0 => "*",
                1 => "+",
                2 or 3 => "?",
                4 => "{2,3}",
                5 => "{0,40}",
                6 => "{3,90}",
                7 => "{70}",
                _ => "{66,}",
            }));
        }
        return string.Join(' ', parts);
    }
}
