using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

/// <summary>A model of random weights: a token's score after another is a normal number. Draws texts under a constraint.</summary>
internal sealed class RandomModel(long seed, TokenVocabulary vocabulary)
{
    private const float Spread = 1.5f;
    private const int MostLookedAt = 1_000;

    private readonly Rng _weights = Rng.From(seed);
    private readonly RngCursor _random = Rng.From(seed + 1).Cursor();
    private readonly ulong[] _mask = new ulong[vocabulary.WordCount];

    /// <summary>Draws until the end or a number of tokens. The bytes, where the number was reached, and whether the end was.</summary>
    public (byte[] Text, bool Ended) Draw(ITokenConstraint constraint, int tokens)
    {
        var text = new List<byte>();
        var last = -1;
        for (var count = 0; count < tokens; count++)
        {
            constraint.Allow(_mask);
            var best = -1;
            var highest = double.NegativeInfinity;
            if (constraint.MayEnd)
                (best, highest) = (vocabulary.Count, Score(last, vocabulary.Count));
            // Of very many tokens a part is looked at, from a random place on.
            var (looked, first) = (0, _random.NextInt(_mask.Length));
            for (var step = 0; step < _mask.Length && looked < MostLookedAt; step++)
            {
                var word = (first + step) % _mask.Length;
                looked += System.Numerics.BitOperations.PopCount(_mask[word]);
                for (var bits = _mask[word]; bits != 0; bits &= bits - 1)
                {
                    var token = 64 * word + System.Numerics.BitOperations.TrailingZeroCount(bits);
                    var score = Score(last, token);
                    if (score > highest)
                        (best, highest) = (token, score);
                }
            }
            Assert.True(best >= 0, "neither a token nor the end is allowed");
            if (best == vocabulary.Count)
                return ([.. text], true);
            constraint.Accept(best);
            text.AddRange(vocabulary.Bytes(best));
            last = best;
        }
        return ([.. text], false);
    }

    // Gumbel's way of drawing from a softmax.
    private double Score(int last, int token) =>
        Spread * _weights.NormalAt((ulong)(uint)(last + 1) << 32 | (uint)token) - Math.Log(-Math.Log(_random.NextDouble() + 1e-12));
}
