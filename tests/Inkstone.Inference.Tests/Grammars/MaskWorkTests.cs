using Inkstone.Recipes;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>
/// What masks over 128,256 tokens cost, counted in steps (a byte of a token tried, a thread moved), of which a millisecond holds some tens of thousands. The bench's row
/// <c>grammar mask</c> times the same.
/// </summary>
public sealed class MaskWorkTests(ITestOutputHelper output)
{
    private const int LittleWork = 10_000;

    [Theory]
    [InlineData("schema")]
    [InlineData("any JSON")]
    public void AMaskOverALargeVocabularyIsLittleWork(string kind)
    {
        var vocabulary = BenchVocabulary.Create();
        Assert.Equal(BenchVocabulary.Count, vocabulary.Count);
        var grammar = kind == "schema" ? Grammar.FromJsonSchema(BenchVocabulary.Schema) : Grammar.JsonObject;
        var work = grammar.MasksOf(vocabulary).Machine.Work;
        var costs = new List<long>();
        for (var text = 0; text < 30; text++)
            new RandomModel(text, vocabulary).Draw(new Meter(GrammarConstraint.Create(grammar, vocabulary), work, costs), 200);
        var first = costs.Take(100).Sum();
        var sorted = costs.Order().ToArray();
        output.WriteLine($"{kind}: {costs.Count} masks, median {sorted[sorted.Length / 2]}, of 100 the largest but one {sorted[sorted.Length * 98 / 100]}, largest {sorted[^1]}, first hundred together {first}");
        Assert.True(costs.Count > 1_000, $"{costs.Count} masks");
        Assert.True(sorted[sorted.Length / 2] <= LittleWork / 10, $"median {sorted[sorted.Length / 2]} steps");
        Assert.True(sorted[sorted.Length * 95 / 100] <= LittleWork, $"one in twenty above {sorted[sorted.Length * 95 / 100]} steps");
        Assert.True(sorted[^1] <= GrammarLimits.Default.StepWork / 4, $"largest {sorted[^1]} steps");
    }

    /// <summary>A constraint whose calls are counted, token by token.</summary>
    private sealed class Meter(ITokenConstraint inner, WorkMeter work, List<long> costs) : ITokenConstraint
    {
        private long _before = work.Count;

        public bool MayEnd => inner.MayEnd;

        public void Allow(Span<ulong> mask)
        {
            inner.Allow(mask);
            costs.Add(work.Count - _before);
            _before = work.Count;
        }

        public void Accept(int token) => inner.Accept(token);

        public ITokenConstraint Fork() => throw new NotSupportedException();
    }
}
