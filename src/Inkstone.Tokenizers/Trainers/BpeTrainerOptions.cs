using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>How a byte-level BPE tokenizer is trained.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>How many tokens in all: special tokens, the 256 bytes, and what merging adds. Default 8,192.</summary>
    public int VocabularySize { get; init; } = 8_192;

    /// <summary>A pair must occur this often to be merged. Default 2.</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>The control tokens; they take the first ids, in this order. Default <c>&lt;|endoftext|&gt;</c> alone.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>"];

    /// <summary>Which control tokens open and close a document. Default: as their names tell (<see cref="SpecialRoles.FromNames"/>).</summary>
    public SpecialRoles? Roles { get; init; }

    /// <summary>How text is cut into the pieces that merges stay within. Default <see cref="PreTokenizerKind.Gpt4"/>.</summary>
    public PreTokenizerKind PreTokenizer { get; init; } = PreTokenizerKind.Gpt4;

    /// <summary>The longest token, in bytes. Default: no limit.</summary>
    public int MaximumTokenLength { get; init; } = int.MaxValue;

    /// <summary>Which of several pairs with equal counts is merged. Default <see cref="BpeTies.LowerIds"/>.</summary>
    public BpeTies Ties { get; init; } = BpeTies.LowerIds;

    /// <summary>
    /// Whether a text that supports fewer tokens than asked for gives the smaller vocabulary; otherwise it is an error. Default false.
    /// </summary>
    public bool AllowSmaller { get; init; }

    /// <summary>
    /// A limit to memory: the bytes of distinct pieces counted at a time, each of which costs some 40 bytes of memory in the end. Above
    /// it, after a round of eight million characters, the pieces that occurred once are dropped, then those up to twice, four times
    /// and so on, until half the limit is kept. This depends on the texts and their order alone. Default 64 MiB (text in natural
    /// language reaches it after some gigabytes).
    /// </summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads count pieces; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        if (SpecialTokens.FirstOrDefault(token => token.Length < 2) is { } tooShort)
            throw new InkstoneRequestException("a special token is too short", nameof(SpecialTokens), "at least two characters", $"'{tooShort}'");
        if (SpecialTokens.Distinct().Count() != SpecialTokens.Count)
            throw new InkstoneRequestException("a special token is given twice", nameof(SpecialTokens), found: string.Join(", ", SpecialTokens));
        Require(VocabularySize >= 256 + SpecialTokens.Count, nameof(VocabularySize), VocabularySize,
            string.Create(CultureInfo.InvariantCulture, $"at least {256 + SpecialTokens.Count}: the 256 bytes and {SpecialTokens.Count} special tokens"));
        Require(VocabularySize <= 1 << 24, nameof(VocabularySize), VocabularySize, "at most 16,777,216");
        Require(MinimumFrequency >= 1, nameof(MinimumFrequency), MinimumFrequency, "at least 1");
        Require(Enum.IsDefined(PreTokenizer), nameof(PreTokenizer), (int)PreTokenizer, "one of " + string.Join(", ", Enum.GetNames<PreTokenizerKind>()));
        Require(Enum.IsDefined(Ties), nameof(Ties), (int)Ties, "one of " + string.Join(", ", Enum.GetNames<BpeTies>()));
        Require(MaximumTokenLength >= 2, nameof(MaximumTokenLength), MaximumTokenLength, "at least 2");
        Require(MaximumDistinctBytes is >= 1 << 16 and <= 1 << 30, nameof(MaximumDistinctBytes), MaximumDistinctBytes, "65,536 to 1,073,741,824");
        Require(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 to 1024");
    }

    /// <summary>The options of the merging that this is.</summary>
    internal MergeTrainerOptions ToMerging() => new()
    {
        Unit = MergeUnit.Bytes,
        VocabularySize = VocabularySize,
        MinimumFrequency = MinimumFrequency,
        SpecialTokens = SpecialTokens,
        InitialAlphabet = MergeTrainerOptions.AllBytes,
        MaximumTokenLength = MaximumTokenLength,
        Ties = Ties,
        MaximumDistinctBytes = MaximumDistinctBytes,
        Threads = Threads,
    };

    private static void Require(bool holds, string option, long found, string expected)
    {
        if (!holds)
            throw new InkstoneRequestException("an option of the tokenizer's training is out of range", option, expected,
                found.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Which of several pairs with equal counts is merged first.</summary>
public enum BpeTies
{
    /// <summary>The one with the lower left id, then the lower right id, as Hugging Face's trainer does: what came first stays first.</summary>
    LowerIds,

    /// <summary>The one whose left token has the greater bytes, then whose right token has, as trainers that take the greatest of (count, pair) do.</summary>
    GreaterPair,
}
