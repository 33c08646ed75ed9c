using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers;

/// <summary>How a way of encoding is drawn at random.</summary>
/// <param name="Strength">For merges the probability that one is passed over; for unigram the sharpness of the distribution.</param>
/// <param name="Random">The random stream.</param>
internal sealed record Sampling(double Strength, RngCursor Random)
{
    /// <summary>Whether a merge is passed over.</summary>
    public bool Drops() => Random.NextDouble() < Strength;
}
