using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>How a unigram tokenizer is trained.</summary>
internal sealed record UnigramTrainerOptions
{
    /// <summary>How many pieces in all: the special and user-defined ones, bytes where there are any, and what is learnt. Default 8,192.</summary>
    public int VocabularySize { get; init; } = 8_192;

    /// <summary>The share of all characters of the text that must have a piece of their own. Default 0.9995.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>The longest piece, in characters. Default 16.</summary>
    public int MaximumPieceLength { get; init; } = 16;

    /// <summary>How many pieces learning begins with. Default 1,000,000.</summary>
    public int SeedSize { get; init; } = 1_000_000;

    /// <summary>The share of pieces kept when the least useful go. Default 0.75.</summary>
    public double ShrinkingFactor { get; init; } = 0.75;

    /// <summary>How many rounds of expectation and maximisation before pieces go. Default 2.</summary>
    public int SubIterations { get; init; } = 2;

    /// <summary>The piece of unknown text. Default <c>&lt;unk&gt;</c>.</summary>
    public string UnknownToken { get; init; } = "<unk>";

    /// <summary>The control tokens, which take the ids after the unknown one. Default <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c>.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<s>", "</s>"];

    /// <summary>Pieces of text that are never cut. Default none.</summary>
    public IReadOnlyList<string> UserDefined { get; init; } = [];

    /// <summary>Whether unknown text becomes bytes, for which 256 pieces are kept. Default false.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>Whether every digit is a piece of its own. Default false.</summary>
    public bool SplitsDigits { get; init; }

    /// <summary>Whether a text that supports fewer pieces than asked for gives the smaller vocabulary; otherwise it is an error. Default false.</summary>
    public bool AllowSmaller { get; init; }

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 128 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 128L << 20;

    /// <summary>
    /// A limit to memory: the most characters of distinct words that seed pieces are looked for in (some 20 bytes each). Where there are more,
    /// words are sampled by <see cref="Seed"/> and the result says what share was taken. Default 64 Mi.
    /// </summary>
    public int MaximumSeedCharacters { get; init; } = 64 << 20;

    /// <summary>Which words are sampled where not all fit. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>How many threads; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>How many pieces are not learnt.</summary>
    internal int FixedPieces => 1 + SpecialTokens.Count + UserDefined.Count + (HasByteFallback ? 256 : 0);

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        string[] tokens = [UnknownToken, .. SpecialTokens, .. UserDefined];
        if (tokens.Any(string.IsNullOrEmpty) || tokens.Distinct().Count() != tokens.Length)
            throw new InkstoneRequestException("a special or user-defined token is empty or given twice", nameof(SpecialTokens), found: string.Join(", ", tokens));
        Require(VocabularySize > FixedPieces && VocabularySize <= 1 << 24, nameof(VocabularySize), VocabularySize,
            string.Create(CultureInfo.InvariantCulture, $"more than {FixedPieces}, at most 16,777,216"));
        Require(CharacterCoverage is > 0.5 and <= 1, nameof(CharacterCoverage), CharacterCoverage, "above 0.5, at most 1");
        Require(MaximumPieceLength is >= 1 and <= 64, nameof(MaximumPieceLength), MaximumPieceLength, "1 to 64");
        Require(SeedSize is >= 1 and <= 1 << 26, nameof(SeedSize), SeedSize, "1 to 67,108,864");
        Require(ShrinkingFactor is > 0.1 and < 1, nameof(ShrinkingFactor), ShrinkingFactor, "above 0.1, below 1");
        Require(SubIterations is >= 1 and <= 100, nameof(SubIterations), SubIterations, "1 to 100");
        Require(MaximumDistinctBytes is >= 1 << 16 and <= 1 << 30, nameof(MaximumDistinctBytes), MaximumDistinctBytes, "65,536 to 1,073,741,824");
        Require(MaximumSeedCharacters is >= 1 << 10 and <= 1 << 30, nameof(MaximumSeedCharacters), MaximumSeedCharacters, "1,024 to 1,073,741,824");
        Require(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 to 1024");
    }

    private static void Require(bool holds, string option, double found, string expected)
    {
        if (!holds)
            throw new InkstoneRequestException("an option of the tokenizer's training is out of range", option, expected,
                found.ToString(CultureInfo.InvariantCulture));
    }
}
