using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>What a piece of text is made of before anything is merged.</summary>
internal enum MergeUnit
{
    /// <summary>Bytes of UTF-8, which files print as <see cref="ByteLevel"/> says.</summary>
    Bytes,

    /// <summary>Characters: code points.</summary>
    Characters,
}

/// <summary>How a vocabulary of merged symbols is trained.</summary>
internal sealed record MergeTrainerOptions
{
    /// <summary>What is merged. Default characters.</summary>
    public MergeUnit Unit { get; init; } = MergeUnit.Characters;

    /// <summary>How many tokens in all, if the text supports them: special tokens, the alphabet, and what merging adds. Default 30,000.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>A pair must occur this often to be merged. Default 2.</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>The control tokens; they take the first ids, and no text becomes one. Default none.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>
    /// Bytes or code points that are in the vocabulary whether they occur or not, and go last where the alphabet is limited. Default none: the
    /// alphabet is what occurs.
    /// </summary>
    public IReadOnlyList<int> InitialAlphabet { get; init; } = [];

    /// <summary>The most symbols that are kept; the rarest go (of equal ones the higher), and pieces are learnt as if they were not there. Default: no limit.</summary>
    public int AlphabetLimit { get; init; } = int.MaxValue;

    /// <summary>The longest token, in symbols, without prefix and suffix. Default: no limit.</summary>
    public int MaximumTokenLength { get; init; } = int.MaxValue;

    /// <summary>What stands before tokens that do not begin a piece, as WordPiece's <c>##</c>; only for characters. Default nothing.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>What stands after tokens that end a piece, as <c>&lt;/w&gt;</c>; only for characters. Default nothing.</summary>
    public string EndSuffix { get; init; } = "";

    /// <summary>Which of several pairs with equal counts is merged. Default <see cref="BpeTies.LowerIds"/>.</summary>
    public BpeTies Ties { get; init; } = BpeTies.LowerIds;

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads count pieces; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>The 256 bytes, as an initial alphabet.</summary>
    public static IReadOnlyList<int> AllBytes { get; } = [.. Enumerable.Range(0, 256)];

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        TrainerChecks.Specials(SpecialTokens, VocabularySize);
        if (Unit == MergeUnit.Bytes && (ContinuingPrefix.Length > 0 || EndSuffix.Length > 0))
            throw new InkstoneRequestException("tokens of bytes bear no prefix and no suffix", nameof(ContinuingPrefix), "both empty", ContinuingPrefix + EndSuffix);
        TrainerChecks.Require(Enum.IsDefined(Unit), nameof(Unit), (int)Unit, "one of " + string.Join(", ", Enum.GetNames<MergeUnit>()));
        foreach (var symbol in InitialAlphabet)
            TrainerChecks.Require(Unit == MergeUnit.Bytes ? symbol is >= 0 and < 256 : Rune.IsValid(symbol), nameof(InitialAlphabet), symbol, "bytes, or code points that are no surrogates");
        TrainerChecks.Require(AlphabetLimit >= 1, nameof(AlphabetLimit), AlphabetLimit, "at least 1");
        TrainerChecks.Require(MaximumTokenLength >= 1, nameof(MaximumTokenLength), MaximumTokenLength, "at least 1");
        TrainerChecks.Common(MinimumFrequency, MaximumDistinctBytes, Threads);
        TrainerChecks.Require(Enum.IsDefined(Ties), nameof(Ties), (int)Ties, "one of " + string.Join(", ", Enum.GetNames<BpeTies>()));
    }
}
