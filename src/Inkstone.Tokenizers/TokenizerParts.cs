namespace Inkstone.Tokenizers;

/// <summary>What a tokenizer is put together from: parts that have been checked against each other.</summary>
internal sealed record TokenizerParts
{
    /// <summary>What rewrites the text, if anything does.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>What cuts it into pieces, if anything does.</summary>
    public PreTokenizerStage? PreTokenizer { get; init; }

    /// <summary>What turns pieces into ids.</summary>
    public required TokenModel Model { get; init; }

    /// <summary>What is done to encoded texts, if anything is.</summary>
    public PostProcessor? PostProcessor { get; init; }

    /// <summary>How tokens become text; null where the model's tokens are bytes of text.</summary>
    public TextDecoder? Decoder { get; init; }

    /// <summary>The tokens matched as wholes.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Which of the added tokens the model's vocabulary lists too, as some files have it.</summary>
    public IReadOnlySet<int> Listed { get; init; } = new HashSet<int>();

    /// <summary>Which tokens open and close a document.</summary>
    public SpecialRoles Roles { get; init; } = SpecialRoles.None;

    /// <summary>What the files beside it say.</summary>
    public TokenizerConfig? Config { get; init; }

    /// <summary>How the file says that long texts are shortened.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>How the file says that rows are filled up.</summary>
    public Padding? Padding { get; init; }
}
