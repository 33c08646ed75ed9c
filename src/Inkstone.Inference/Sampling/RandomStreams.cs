using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference;

/// <summary>The random numbers of an answer: each a function of seed, stream, purpose and the place of the token, whatever else the engine does.</summary>
internal static class RandomStreams
{
    /// <summary>The stream of a purpose.</summary>
    public static Rng Stream(this SamplingOptions options, string purpose)
    {
        var root = Rng.From(options.Seed);
        return (options.SeedStream == 0 ? root : root.Split(options.SeedStream)).Split(purpose);
    }

    /// <summary>Uniform in [0, 1) with 53 bits, for a place of a stream.</summary>
    public static double DoubleAt(this Rng stream, int place)
    {
        var (a, b, _, _) = stream.WordsAt((ulong)place);
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1L << 53));
    }
}
