using System.Text;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>
/// Ten thousand answers of a network of random weights under constraints, through the engine: those that end by themselves are valid, nine in ten of them do, and what was
/// cut off can be brought to a valid end.
/// </summary>
public sealed class EngineGenerationTests(ITestOutputHelper output) : EngineTest
{
    private const int AnswerCount = 10_000;
    private const int GrammarCount = 250;
    private const int Together = 96;

    [Fact]
    public async Task TenThousandAnswersAreValid()
    {
        var network = new Llama(
            new LlamaConfig
            {
                VocabularySize = Samples.Words.VocabularySize,
                ContextLength = 256,
                Width = 16,
                LayerCount = 1,
                HeadCount = 2,
                KeyValueHeadCount = 1,
                HeadWidth = 8,
                HiddenWidth = 32,
                InitialDeviation = 0.25,
                TiedHead = false,
            },
            Rng.From(12));
        var engine = Start(network, new EngineOptions { SequencesPerTurn = Together, TokensPerTurn = 256 });
        var vocabulary = TokenVocabulary.Of(Samples.Words);
        var random = Rng.From(61).Cursor();
        var sources = Enumerable.Range(0, GrammarCount)
            .Select(i => i < GenerationTests.Expressions.Length ? (IsSchema: false, Text: GenerationTests.Expressions[i])
                : (IsSchema: true, Text: new RandomSchemas(random).Next().Schema.ToJsonString(GenerationTests.Compact)))
            .Select(source => (source.IsSchema, source.Text, Grammar: source.IsSchema ? Grammar.FromJsonSchema(source.Text) : Grammar.FromRegex(source.Text))).ToArray();
        var (ended, cut, tokens) = (0, 0, 0L);
        await Parallel.ForEachAsync(Enumerable.Range(0, AnswerCount), new ParallelOptions { MaxDegreeOfParallelism = Together }, async (number, _) =>
        {
            var source = sources[number % GrammarCount];
            var options = new GenerationOptions { MaxTokens = 70, Seed = number, Constraint = GrammarConstraint.Create(source.Grammar, vocabulary) };
            var pieces = await Pieces(engine, [number % 200 + 50], options);
            int[] drawn = [.. pieces.Select(piece => piece.Token).Where(token => token >= 0 && token != Samples.Words.EndOfText)];
            var bytes = drawn.SelectMany(token => vocabulary.Bytes(token).ToArray()).ToArray();
            Interlocked.Add(ref tokens, drawn.Length);
            if (pieces[^1].Finish == FinishReason.EndOfText)
                Interlocked.Increment(ref ended);
            else
            {
                Interlocked.Increment(ref cut);
                var again = GrammarConstraint.Create(source.Grammar, vocabulary);
                foreach (var token in drawn)
                    again.Accept(token);
                bytes = [.. bytes, .. GenerationTests.Finish(new RandomModel(number, vocabulary), again)];
            }
            var text = Encoding.UTF8.GetString(bytes);
            Assert.True(source.IsSchema ? NaiveSchemaValidator.IsValid(source.Text, text) : GenerationTests.Matches(source.Text, text), source.Text + "\n" + text);
        });
        output.WriteLine($"{ended} ended, {cut} cut off, {tokens} tokens");
        Assert.Equal(AnswerCount, ended + cut);
        Assert.True(ended >= 9 * cut, $"{ended} ended, {cut} cut off");
        Assert.True(cut > 0, "no answer was cut off");
    }
}
