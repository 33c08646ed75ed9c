namespace Inkstone.Tokenizers;

/// <summary>How a unigram tokenizer is trained.</summary>
internal sealed record UnigramTrainerOptions : SentencePieceTrainerOptions
{
    /// <summary>How many pieces learning begins with. Default 1,000,000.</summary>
    public int SeedSize { get; init; } = 1_000_000;

    /// <summary>The share of pieces kept when the least useful go. Default 0.75.</summary>
    public double ShrinkingFactor { get; init; } = 0.75;

    /// <summary>How many rounds of expectation and maximisation before pieces go. Default 2.</summary>
    public int SubIterations { get; init; } = 2;

    /// <summary>
    /// A limit to memory: the most characters of distinct words that seed pieces are looked for in (some 20 bytes each). Where there are more,
    /// words are sampled by <see cref="Seed"/> and the result says what share was taken. Default 64 Mi.
    /// </summary>
    public int MaximumSeedCharacters { get; init; } = 64 << 20;

    /// <summary>Which words are sampled where not all fit. Default 0.</summary>
    public long Seed { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        TrainerChecks.Require(SeedSize is >= 1 and <= 1 << 26, nameof(SeedSize), SeedSize, "1 to 67,108,864");
        TrainerChecks.Require(ShrinkingFactor is > 0.1 and < 1, nameof(ShrinkingFactor), ShrinkingFactor, "above 0.1, below 1");
        TrainerChecks.Require(SubIterations is >= 1 and <= 100, nameof(SubIterations), SubIterations, "1 to 100");
        TrainerChecks.Require(MaximumSeedCharacters is >= 1 << 10 and <= 1 << 30, nameof(MaximumSeedCharacters), MaximumSeedCharacters, "1,024 to 1,073,741,824");
    }
}
