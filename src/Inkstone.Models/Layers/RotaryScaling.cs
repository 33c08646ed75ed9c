using System.Text.Json.Serialization;

namespace Inkstone.Models;

/// <summary>
/// How a network reaches past the context it was first trained at: by turning its pairs more slowly. Chosen once, when the network is built, because keys in a
/// cache have been turned already; θᵢ = base^(−2i / width) is the unscaled frequency of pair i throughout.
/// </summary>
[JsonConverter(typeof(RotaryScalingJson))]
public abstract record RotaryScaling
{
    /// <summary>What cosines and sines are multiplied with: queries and keys both grow by it.</summary>
    [JsonIgnore]
    public virtual double Magnitude => 1;

    /// <summary>The frequency of every pair, in radians a position.</summary>
    /// <param name="width">The width that is turned: twice the number of pairs.</param>
    /// <param name="theta">The base.</param>
    /// <param name="contextLength">The longest sequence the network is built for.</param>
    internal abstract double[] Frequencies(int width, double theta, int contextLength);

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">A value is not possible.</exception>
    internal abstract void Validate(int width);

    /// <summary>base^(−2i / width) for every pair i.</summary>
    internal static double[] Unscaled(int width, double theta)
    {
        var frequencies = new double[width / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = Math.Pow(theta, -2.0 * i / width);
        return frequencies;
    }

    private protected static void RequireFactor(double factor) => ConfigRule.InRange("RotaryScaling.Factor", factor, 1e-3, 1e6);

    private protected static void RequireOriginal(int length) => ConfigRule.InRange("RotaryScaling.OriginalContextLength", length, 1, 1 << 24);
}

/// <summary>Positions are divided by a factor: θᵢ / f (Chen et al. 2023, "Extending context window of large language models via position interpolation").</summary>
/// <param name="Factor">f.</param>
public sealed record LinearRotaryScaling(double Factor) : RotaryScaling
{
    internal override double[] Frequencies(int width, double theta, int contextLength) => [.. Unscaled(width, theta).Select(frequency => frequency / Factor)];

    internal override void Validate(int width) => RequireFactor(Factor);
}

/// <summary>
/// The base grows with the context n beyond the original one o: base · (f · n / o − (f − 1))^(width / (width − 2)) (bloc97 and emozilla 2023, "dynamic NTK";
/// Hugging Face's <c>dynamic</c>). At n ≤ o nothing changes.
/// </summary>
/// <param name="Factor">f.</param>
/// <param name="OriginalContextLength">o.</param>
public sealed record DynamicRotaryScaling(double Factor, int OriginalContextLength) : RotaryScaling
{
    internal override double[] Frequencies(int width, double theta, int contextLength)
    {
        var stretch = Factor * Math.Max(contextLength, OriginalContextLength) / OriginalContextLength - (Factor - 1);
        return Unscaled(width, theta * Math.Pow(stretch, width / (width - 2.0)));
    }

    internal override void Validate(int width)
    {
        RequireFactor(Factor);
        RequireOriginal(OriginalContextLength);
        ConfigRule.InRange("RotaryWidth", width, 4, int.MaxValue);
    }
}

/// <summary>
/// YaRN (Peng et al. 2023, "YaRN: efficient context window extension", section 3): pairs that turn fast keep θᵢ, slow ones have θᵢ / f, and a ramp lies
/// between. Pair i turns o · θᵢ / 2π times within the original context o; the ramp runs from the pair of <see cref="BetaFast"/> turns, rounded down, to the pair
/// of <see cref="BetaSlow"/>, rounded up.
/// </summary>
/// <param name="Factor">f.</param>
/// <param name="OriginalContextLength">o.</param>
public sealed record YarnRotaryScaling(double Factor, int OriginalContextLength) : RotaryScaling
{
    /// <summary>Turns above which nothing is slowed.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Turns below which all is slowed by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Whether the ramp's ends are rounded to whole pairs.</summary>
    public bool RoundsRamp { get; init; } = true;

    /// <summary>The magnitude; null means 0.1 · ln f + 1 (equation 22).</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>m of the factor (0.1 · m · ln f + 1)² of scores, which DeepSeek has in the place of a magnitude; null: none.</summary>
    public double? ScoreMagnitude { get; init; }

    /// <inheritdoc/>
    public override double Magnitude => AttentionFactor ?? DefaultMagnitude;

    internal double DefaultMagnitude => MagnitudeOf(1);

    /// <summary>0.1 · m · ln f + 1.</summary>
    internal double MagnitudeOf(double m) => Factor <= 1 ? 1 : 0.1 * m * Math.Log(Factor) + 1;

    internal override double[] Frequencies(int width, double theta, int contextLength)
    {
        var frequencies = Unscaled(width, theta);
        var (first, last) = (PairOfTurns(BetaFast), PairOfTurns(BetaSlow));
        var low = Math.Max(0, RoundsRamp ? Math.Floor(first) : first);
        var high = Math.Min(width - 1, RoundsRamp ? Math.Ceiling(last) : last);
        var length = Math.Max(0.001, high - low);
        for (var i = 0; i < frequencies.Length; i++)
        {
            var slowed = Math.Clamp((i - low) / length, 0, 1);
            frequencies[i] = frequencies[i] / Factor * slowed + frequencies[i] * (1 - slowed);
        }
        return frequencies;

        double PairOfTurns(double turns) => width * Math.Log(OriginalContextLength / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    internal override void Validate(int width)
    {
        RequireFactor(Factor);
        RequireOriginal(OriginalContextLength);
        ConfigRule.InRange("RotaryScaling.BetaFast", BetaFast, 1e-3, 1e6);
        ConfigRule.InRange("RotaryScaling.BetaSlow", BetaSlow, 1e-3, BetaFast);
        ConfigRule.InRange("RotaryScaling.AttentionFactor", Magnitude, 1e-6, 1e6);
        ConfigRule.InRange("RotaryScaling.ScoreMagnitude", ScoreMagnitude ?? 1, 0, 1e6);
    }
}

/// <summary>
/// Llama 3.1's rule (Meta 2024, the reference model's <c>apply_scaling</c>): with wavelength λ = 2π / θᵢ and original context o, pairs of λ &lt; o / high keep
/// θᵢ, those of λ &gt; o / low have θᵢ / f, and between the two θᵢ · ((1 − s) / f + s), s = (o / λ − low) / (high − low).
/// </summary>
/// <param name="Factor">f.</param>
/// <param name="OriginalContextLength">o.</param>
public sealed record Llama3RotaryScaling(double Factor, int OriginalContextLength) : RotaryScaling
{
    /// <summary>low.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>high.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>What each frequency is divided by; in single precision, as GGUF files keep it.</summary>
    internal float[] Divisors(int width, double theta) =>
    [
        .. Unscaled(width, theta).Select(frequency =>
        {
            var turns = OriginalContextLength * frequency / (2 * Math.PI);
            var kept = Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
            return (float)(1 / ((1 - kept) / Factor + kept));
        }),
    ];

    internal override double[] Frequencies(int width, double theta, int contextLength) =>
        [.. Unscaled(width, theta).Zip(Divisors(width, theta), (frequency, divisor) => frequency / divisor)];

    internal override void Validate(int width)
    {
        RequireFactor(Factor);
        RequireOriginal(OriginalContextLength);
        ConfigRule.InRange("RotaryScaling.LowFrequencyFactor", LowFrequencyFactor, 1e-3, 1e6);
        if (!(HighFrequencyFactor > LowFrequencyFactor))
            ConfigRule.InRange("RotaryScaling.HighFrequencyFactor", HighFrequencyFactor, LowFrequencyFactor * 1.001, 1e6);
    }
}

/// <summary>
/// LongRoPE (Ding et al. 2024, "LongRoPE: extending LLM context window beyond 2 million tokens"): every pair has a divisor of its own, θᵢ / λᵢ; one list serves
/// contexts up to the original one, another those beyond.
/// </summary>
/// <param name="ShortFactors">λ up to the original context.</param>
/// <param name="LongFactors">λ beyond it.</param>
/// <param name="OriginalContextLength">The original context.</param>
public sealed record LongRotaryScaling(IReadOnlyList<float> ShortFactors, IReadOnlyList<float> LongFactors, int OriginalContextLength) : RotaryScaling
{
    /// <summary>The magnitude; <see cref="DefaultMagnitude"/> says what is usual.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override double Magnitude => AttentionFactor;

    /// <summary>Whether one list serves every context.</summary>
    internal bool IsOneList => ShortFactors.SequenceEqual(LongFactors);

    /// <summary>√(1 + ln f / ln o) for a context f times the original o; 1 for one no longer.</summary>
    public static double DefaultMagnitude(double factor, int originalContextLength) =>
        factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(originalContextLength));

    /// <inheritdoc/>
    public bool Equals(LongRotaryScaling? other) =>
        other is not null && ShortFactors.SequenceEqual(other.ShortFactors) && LongFactors.SequenceEqual(other.LongFactors)
        && OriginalContextLength == other.OriginalContextLength && AttentionFactor.Equals(other.AttentionFactor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ShortFactors.Count, ShortFactors.Sum(), LongFactors.Sum(), OriginalContextLength, AttentionFactor);

    internal override double[] Frequencies(int width, double theta, int contextLength) =>
        [.. Unscaled(width, theta).Zip(contextLength > OriginalContextLength ? LongFactors : ShortFactors, (frequency, factor) => frequency / factor)];

    internal override void Validate(int width)
    {
        RequireOriginal(OriginalContextLength);
        ConfigRule.InRange("RotaryScaling.ShortFactors.Count", ShortFactors.Count, width / 2, width / 2);
        ConfigRule.InRange("RotaryScaling.LongFactors.Count", LongFactors.Count, width / 2, width / 2);
        foreach (var factor in ShortFactors.Concat(LongFactors))
            ConfigRule.InRange("RotaryScaling, a factor", factor, 1e-6, 1e9);
        ConfigRule.InRange("RotaryScaling.AttentionFactor", AttentionFactor, 1e-6, 1e6);
    }
}
