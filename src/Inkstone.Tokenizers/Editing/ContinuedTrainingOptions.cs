namespace Inkstone.Tokenizers;

/// <summary>How the training of a tokenizer is continued on new text. What a kind has no use for is ignored, as said beside it.</summary>
public sealed record ContinuedTrainingOptions
{
    /// <summary>How many tokens in all, those that are there included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>A pair or word must occur this often to become a token. Default 2. (Not for Unigram.)</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>The longest token that merging makes, in bytes. Default: no limit. (Not for Unigram and words.)</summary>
    public int MaximumTokenLength { get; init; } = int.MaxValue;

    /// <summary>
    /// The share of all characters of the new text that the vocabulary covers: of the most frequent that make it up, those that it lacks become
    /// tokens first. Default 0.9995. (Not for byte-level BPE and words.)
    /// </summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Which of several pairs with equal counts is merged. Default <see cref="BpeTies.LowerIds"/>. (Not for Unigram and words.)</summary>
    public BpeTies Ties { get; init; } = BpeTies.LowerIds;

    /// <summary>Whether a text that supports fewer tokens than asked for gives the smaller vocabulary; otherwise it is an error. Default false.</summary>
    public bool AllowSmaller { get; init; }

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>The seed by which words are sampled where not all fit. Default 0. (Unigram.)</summary>
    public long Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        TrainerChecks.Require(VocabularySize is >= 1 and <= 1 << 24, nameof(VocabularySize), VocabularySize, "1 to 16,777,216");
        TrainerChecks.Require(MaximumTokenLength >= 2, nameof(MaximumTokenLength), MaximumTokenLength, "at least 2");
        TrainerChecks.Require(CharacterCoverage is > 0.5 and <= 1, nameof(CharacterCoverage), CharacterCoverage, "above 0.5, at most 1");
        TrainerChecks.Require(Enum.IsDefined(Ties), nameof(Ties), (int)Ties, "one of " + string.Join(", ", Enum.GetNames<BpeTies>()));
        TrainerChecks.Common(MinimumFrequency, MaximumDistinctBytes, Threads);
    }
}
