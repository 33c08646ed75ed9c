using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers;

/// <content>Other ways of encoding than the one: drawn at random, for training that is not to depend on one way; and the best few.</content>
public sealed partial class Tokenizer
{
    /// <summary>
    /// One way of encoding a text, drawn at random. BPE passes over each merge with a probability (Provilkov et al. 2020, "BPE-Dropout");
    /// unigram draws with probability in proportion to p^<paramref name="strength"/> (Kudo 2018, "Subword regularization"). Other models know one way only.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="random">The random stream.</param>
    /// <param name="strength">BPE: the probability of passing over, 0 to 1; 0.1 is usual. Unigram: the exponent, at least 0; 0.1 to 0.5 are usual.</param>
    /// <param name="specials">The control tokens to recognise in the text; by default none.</param>
    /// <exception cref="InkstoneRequestException">The strength is out of range.</exception>
    public int[] EncodeSampled(string text, RngCursor random, double strength = 0.1, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(random);
        if (!(strength >= 0) || (_model is BytePairModel && strength > 1) || double.IsInfinity(strength))
            throw new InkstoneRequestException("a strength of sampling is out of range", nameof(strength), expected: "0 to 1 for merges, at least 0 for unigram", found: FormattableString.Invariant($"{strength}"));
        var scratch = _model.Rent();
        scratch.Sampling = new(strength, random);
        EncodeInto(text, specials, scratch);
        int[] ids = [.. scratch.Ids];
        _model.Return(scratch);
        return ids;
    }

    /// <summary>The best ways of encoding a text, best first, each with its score (the natural logarithm of its probability); models other than unigram know one, of score 0.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="specials">The control tokens to recognise in the text; by default none.</param>
    public IReadOnlyList<(int[] Ids, double Score)> EncodeBest(string text, int count, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var scratch = _model.Rent();
        var ways = new EncodedWays(count);
        scratch.Ways = ways;
        EncodeInto(text, specials, scratch);
        ways.Take(scratch);
        _model.Return(scratch);
        return [.. ways.Ways.Select(way => (way.Ids.ToArray(), way.Score))];
    }
}
