using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>Texts of a random model under constraints, judged by validators that know nothing of the grammars' machinery.</summary>
public sealed class GenerationTests(ITestOutputHelper output)
{
    internal static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    internal static readonly string[] Expressions =
    [
        "[a-z]{1,12}(?:-[0-9]{1,5}){0,3}", "(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\\.){3}[0-9]", "\\w{1,20}@\\w{2,9}\\.(?:com|org)", "[^\\x00-\\x1f]{3,40}",
        "(a|b){0,70}abb(c{2,70}d){0,3}?", "日(本|é){1,80}\\.$|^x", "(?:\\d{4}-\\d\\d|[A-F0-9]{70})Z?", ".{0,20}😀.{0,9}?!",
    ];

    [Fact]
    public void TextsOfSchemasAreValid() => Report("schemas", Schemas(GrammarSamples.SmallVocabulary, 400, 10));

    [Fact]
    public void TextsOfExpressionsMatch() => Report("expressions", ByExpressions(GrammarSamples.SmallVocabulary, 3_000));

    [Fact]
    public void TextsOfGrammarsMatch() => Report("grammars", ByGrammars(GrammarSamples.SmallVocabulary, 300, 10));

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    [InlineData("phi3")]
    public void PublishedVocabulariesSpellWhatIsValid(string name)
    {
        if (GrammarSamples.Shared(name) is not { } vocabulary)
        {
            output.WriteLine($"skipped: ../shared/data has no {name}");
            return;
        }
        Report(name, Schemas(vocabulary, 8, 5));
        Report(name, ByExpressions(vocabulary, 40));
    }

    private void Report(string name, (int Ended, int Cut) counts)
    {
        output.WriteLine($"{name}: {counts.Ended} ended, {counts.Cut} cut off");
        if (name is "schemas" or "expressions")
            Assert.True(counts.Ended >= 9 * counts.Cut, $"{name}: {counts}");
    }

    private static (int Ended, int Cut) Schemas(TokenVocabulary vocabulary, int schemas, int texts)
    {
        var random = Rng.From(31).Cursor();
        int ended = 0, cut = 0;
        for (var made = 0; made < schemas; made++)
        {
            var source = new RandomSchemas(random).Next().Schema.ToJsonString(Compact);
            var grammar = Grammar.FromJsonSchema(source);
            var model = new RandomModel(made, vocabulary);
            for (var i = 0; i < texts; i++)
            {
                var constraint = GrammarConstraint.Create(grammar, vocabulary);
                var (text, isWhole) = model.Draw(constraint, 300);
                _ = isWhole ? ended++ : cut++;
                // What was cut off is a beginning of something valid if it can be brought to a valid end.
                byte[] whole = isWhole ? text : [.. text, .. Finish(model, constraint)];
                Assert.True(NaiveSchemaValidator.IsValid(source, Encoding.UTF8.GetString(whole)), source + "\n" + Encoding.UTF8.GetString(whole));
            }
        }
        return (ended, cut);
    }

    private static (int Ended, int Cut) ByExpressions(TokenVocabulary vocabulary, int texts)
    {
        int ended = 0, cut = 0;
        var grammars = Expressions.Select(expression => Grammar.FromRegex(expression)).ToArray();
        for (var i = 0; i < texts; i++)
        {
            var model = new RandomModel(i, vocabulary);
            var constraint = GrammarConstraint.Create(grammars[i % grammars.Length], vocabulary);
            var (text, isWhole) = model.Draw(constraint, 400);
            _ = isWhole ? ended++ : cut++;
            var whole = Encoding.UTF8.GetString(isWhole ? text : [.. text, .. Finish(model, constraint)]);
            Assert.True(Matches(Expressions[i % grammars.Length], whole), Expressions[i % grammars.Length] + "\n" + whole);
        }
        return (ended, cut);
    }

    /// <summary>Whether a text is an expression's, as .NET sees it.</summary>
    internal static bool Matches(string expression, string text)
    {
        // .NET counts a character beyond U+FFFF as two: another letter stands for it on both sides.
        expression = expression.Replace("😀", "ж", StringComparison.Ordinal);
        var shown = string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0x1F600 ? "ж" : rune.Value > 0xFFFF ? "щ" : rune.ToString()));
        return Regex.IsMatch(shown, $"^(?:{expression.TrimEnd('$').Replace("$|^", "|", StringComparison.Ordinal)})\\z", RegexOptions.ECMAScript);
    }

    private static (int Ended, int Cut) ByGrammars(TokenVocabulary vocabulary, int grammars, int texts)
    {
        var random = Rng.From(41).Cursor();
        int ended = 0, cut = 0;
        for (var made = 0; made < grammars;)
        {
            var source = RandomGrammars.Make(random);
            Grammar grammar;
            try
            {
                grammar = Grammar.FromGbnf(source);
            }
            catch (InkstoneRequestException)
            {
                continue;
            }
            made++;
            var oracle = new NaiveGrammar(source);
            var model = new RandomModel(made, vocabulary);
            for (var i = 0; i < texts; i++)
            {
                var (text, isWhole) = model.Draw(GrammarConstraint.Create(grammar, vocabulary), 25);
                _ = isWhole ? ended++ : cut++;
                var shown = Encoding.UTF8.GetString(text).TrimEnd('\uFFFD'); // a character of which only some bytes have come
                Assert.True(isWhole ? oracle.Matches(shown) : oracle.IsPrefix(shown), source + shown);
            }
        }
        return (ended, cut);
    }

    internal static byte[] Finish(RandomModel model, ITokenConstraint constraint)
    {
        var (text, isWhole) = model.Draw(constraint, 20_000);
        Assert.True(isWhole, "no end after 20000 tokens");
        return text;
    }
}
