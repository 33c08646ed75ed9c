using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>What all trainers of SentencePiece models are told.</summary>
internal record SentencePieceTrainerOptions
{
    /// <summary>How many pieces in all: the special and user-defined ones, bytes where there are any, and what is learnt. Default 8,192.</summary>
    public int VocabularySize { get; init; } = 8_192;

    /// <summary>The share of all characters of the text that must have a piece of their own. Default 0.9995.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>The longest piece, in characters. Default 16.</summary>
    public int MaximumPieceLength { get; init; } = 16;

    /// <summary>How text is prepared. Default: as it is, but for spaces.</summary>
    public SentencePieceNormalization Normalization { get; init; } = new();

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

    /// <summary>
    /// Whether no piece holds characters of two scripts, of which kana and ideographs are one, and what is common to all, such as punctuation, is one. Default true.
    /// </summary>
    public bool SplitsScripts { get; init; } = true;

    /// <summary>Whether digits are kept apart from letters as another script would be. Default true.</summary>
    public bool SplitsNumbers { get; init; } = true;

    /// <summary>Whether spaces stand only at the beginning of pieces, so that words are learnt apart. Default true.</summary>
    public bool SplitsWhitespace { get; init; } = true;

    /// <summary>Whether a text that supports fewer pieces than asked for gives the smaller vocabulary; otherwise it is an error. Default false.</summary>
    public bool AllowSmaller { get; init; }

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>How many pieces are not learnt.</summary>
    internal int FixedPieces => 1 + SpecialTokens.Count + UserDefined.Count + (HasByteFallback ? 256 : 0);

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public virtual void Validate()
    {
        string[] tokens = [UnknownToken, .. SpecialTokens, .. UserDefined];
        if (tokens.Any(string.IsNullOrEmpty) || tokens.Distinct().Count() != tokens.Length)
            throw new InkstoneRequestException("a special or user-defined token is empty or given twice", nameof(SpecialTokens), found: string.Join(", ", tokens));
        TrainerChecks.Require(VocabularySize > FixedPieces && VocabularySize <= 1 << 24, nameof(VocabularySize), VocabularySize,
            string.Create(CultureInfo.InvariantCulture, $"more than {FixedPieces}, at most 16,777,216"));
        TrainerChecks.Require(CharacterCoverage is > 0.5 and <= 1, nameof(CharacterCoverage), CharacterCoverage, "above 0.5, at most 1");
        TrainerChecks.Require(MaximumPieceLength is >= 1 and <= 64, nameof(MaximumPieceLength), MaximumPieceLength, "1 to 64");
        TrainerChecks.Common(1, MaximumDistinctBytes, Threads);
    }
}
