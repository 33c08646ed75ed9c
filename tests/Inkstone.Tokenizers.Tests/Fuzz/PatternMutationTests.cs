using System.Text;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of patterns: what is read finds its matches in steps that grow with the text.</summary>
public sealed class PatternMutationTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("aaaaaaab the's I'LL  é中文 🙂 12345\n\t ", 12)));

    [Theory]
    [InlineData(PatternDialect.Rust)]
    [InlineData(PatternDialect.Oniguruma)]
    internal void EndInFormatErrorsOrWork(PatternDialect dialect)
    {
        TextPattern.Parse("\\p{L}\\p{Han}\\w\\s", dialect); // what is made once
        string[] seeds =
        [
            .. KnownPatterns.All.SelectMany(known => known.Patterns).Distinct(), "a*b|a", "(?:aa)*b|(?:aaa)*c|a", "[^x]*x", "(?<=b)a+c", "a{1,100}b|a??", "(?i:a|s)+|\\s+(?!\\S)", "^a*| $", "\\p{Han}+|[a-z&&[^b]]",
        ];
        byte[][] words = MutationWords.Of("(", ")", "(?:", "(?i:", "(?!", "(?=", "(?<!", "(?<=", "[", "]", "[^", "{1,1000}", "{2}", "{3,}", "*", "+", "?", "++", "*+", "??", "|", "^", "$", ".", "\\p{L}", "\\P{Lu}", "\\w", "\\b", "\\B",
            "\\z", "\\x{10FFFF}", "\\1", "&&", "-", "a", "b", "é", "中", "🙂", "(?>", "{1000}", "(?:a{30}){30}", "\\u", "\\");
        Mutations.Run(new ByteMutator([.. seeds.Select(Encoding.UTF8.GetBytes)], words) { InflatesOneIn = 2000 }.Mutate, bytes => TextPattern.Parse(Encoding.UTF8.GetString(bytes), dialect), pattern =>
        {
            var matches = pattern.Matches(Text);
            while (matches.MoveNext())
            {
                // Each is looked for.
            }
            Assert.InRange(matches.BytesRead, 0, 300L * Text.Length);
        }, accepts: 200);
    }
}
