using System.Diagnostics;
using System.Numerics;
using Inkstone.Foundation.Randomness;
using Inkstone.Inference;

namespace Inkstone.Recipes;

/// <summary>What a grammar's mask costs a token over 128,256 tokens: texts drawn at random from a schema, the grammar fresh at first, so that all of its states are met.</summary>
internal static class GrammarMaskBench
{
    private const int TextCount = 40;
    private const int LongestText = 300;

    public static IEnumerable<BenchResult> Run(string suite)
    {
        var vocabulary = BenchVocabulary.Create();
        var grammar = Grammar.FromJsonSchema(BenchVocabulary.Schema);
        var mask = new ulong[vocabulary.WordCount];
        var random = Rng.From(7).Cursor();
        var seconds = new List<double>();
        for (var text = 0; text < TextCount; text++)
        {
            var constraint = GrammarConstraint.Create(grammar, vocabulary);
            for (var length = 0; length < LongestText; length++)
            {
                var started = Stopwatch.GetTimestamp();
                constraint.Allow(mask);
                var token = Drawn(mask, random);
                if (token >= 0)
                    constraint.Accept(token);
                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                if (token < 0)
                    break;
            }
        }
        seconds.Sort();
        yield return new BenchResult(suite, "grammar mask", seconds[seconds.Count / 2] * 1e3, "ms", null);
        yield return new BenchResult(suite, "grammar mask, slowest of 100", seconds[seconds.Count * 99 / 100] * 1e3, "ms", null);
    }

    /// <summary>The next allowed token from a random place on; −1 when there is none.</summary>
    private static int Drawn(ulong[] mask, RngCursor random)
    {
        var first = random.NextInt(mask.Length);
        for (var step = 0; step < mask.Length; step++)
        {
            var word = (first + step) % mask.Length;
            if (mask[word] != 0)
                return 64 * word + BitOperations.TrailingZeroCount(mask[word]);
        }
        return -1;
    }
}
