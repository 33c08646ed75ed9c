namespace Inkstone.Tokenizers;

/// <summary>How a tokenizer of any kind is trained. What a kind has no use for is ignored, as said beside it.</summary>
public sealed record TokenizerTrainerOptions
{
    /// <summary>The kind. Default byte-level BPE.</summary>
    public TokenizerKind Kind { get; init; }

    /// <summary>Tokens in all. Default 8,192. (Bytes: always 256 and the special tokens.)</summary>
    public int VocabularySize { get; init; } = 8_192;

    /// <summary>How often a pair, word or character must occur to become a token. Default 2. (Not for SentencePiece's kinds.)</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>The most different characters that begin the vocabulary, the frequent ones first; null for all. (BPE of characters, WordPiece.)</summary>
    public int? AlphabetLimit { get; init; }

    /// <summary>The share of all characters that the vocabulary covers; the rarest others are unknown. Default 0.9995. (SentencePiece's kinds, characters.)</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Control tokens; null for those that are usual with the kind. They come first, the unknown one of kinds that have one among them.</summary>
    public IReadOnlyList<string>? SpecialTokens { get; init; }

    /// <summary>Tokens that are text and always matched as wholes. Default none.</summary>
    public IReadOnlyList<string> UserDefined { get; init; } = [];

    /// <summary>How text is cut before bytes are merged. Default <see cref="PreTokenizerKind.Gpt4"/>. (Byte-level BPE.)</summary>
    public PreTokenizerKind PreTokenizer { get; init; } = PreTokenizerKind.Gpt4;

    /// <summary>Whether each digit is a piece by itself. Default false.</summary>
    public bool SplitsDigits { get; init; }

    /// <summary>Whether text is lower-cased first. Default false. (BPE, WordPiece, words, characters.)</summary>
    public bool Lowercases { get; init; }

    /// <summary>Whether characters that are not covered become their bytes. Default false. (SentencePiece's kinds.)</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>Which of equally frequent pairs is merged first. Default the one of lower ids.</summary>
    public BpeTies Ties { get; init; } = BpeTies.LowerIds;

    /// <summary>Whether fewer tokens are made where the text supports no more; otherwise that is an error. Default false. (Words and characters never are an error.)</summary>
    public bool AllowSmaller { get; init; }

    /// <summary>The most memory for distinct words, in bytes of text; beyond it the rarest are dropped. Default 64 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 64L << 20;

    /// <summary>How many threads; 0 for one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>The seed by which sentences are sampled where not all of them fit. (Unigram.)</summary>
    public long Seed { get; init; }
}
