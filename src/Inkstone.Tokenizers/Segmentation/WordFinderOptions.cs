using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>What counts as a word in Chinese text that nobody has cut.</summary>
public sealed record WordFinderOptions
{
    /// <summary>The longest word, in characters. Default 4.</summary>
    public int MaximumLength { get; init; } = 4;

    /// <summary>A word must occur this often. Default 5.</summary>
    public long MinimumFrequency { get; init; } = 5;

    /// <summary>
    /// The least pointwise mutual information, in nats, of the two parts of a word, however it is parted: ln(n · count(word) / (count(left) · count(right))) for n
    /// characters of text. Default 1.5.
    /// </summary>
    public double MinimumCohesion { get; init; } = 1.5;

    /// <summary>
    /// How much more of it each character beyond the second asks for, as the parts of longer strings are often words themselves that go together. Default 4.
    /// </summary>
    public double CohesionPerCharacter { get; init; } = 4;

    /// <summary>The least entropy, in nats, of the character before a word and of the one after it. Default 1.</summary>
    public double MinimumEntropy { get; init; } = 1;

    /// <summary>How often the text is cut by the words found and these counted anew, and dropped where they have become rare; the text is read once more each time. Default 2.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>, for strings of characters. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        TrainerChecks.Require(MaximumLength is >= 2 and <= 16, nameof(MaximumLength), MaximumLength, "2 to 16");
        TrainerChecks.Require(double.IsFinite(MinimumCohesion), nameof(MinimumCohesion), MinimumCohesion, "a number");
        TrainerChecks.Require(double.IsFinite(CohesionPerCharacter), nameof(CohesionPerCharacter), CohesionPerCharacter, "a number");
        TrainerChecks.Require(double.IsFinite(MinimumEntropy), nameof(MinimumEntropy), MinimumEntropy, "a number");
        TrainerChecks.Require(Rounds is >= 0 and <= 100, nameof(Rounds), Rounds, "0 to 100");
        TrainerChecks.Common(MinimumFrequency, MaximumDistinctBytes, Threads);
    }
}
