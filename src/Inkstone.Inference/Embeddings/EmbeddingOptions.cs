namespace Inkstone.Inference;

/// <summary>How texts become tokens for an embedder.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>What the model is called; null means its family.</summary>
    public string? ModelId { get; init; }

    /// <summary>What becomes of a text that is too long.</summary>
    public TextTruncation Truncation { get; init; }

    /// <summary>A token behind every text, which cutting leaves there, where the tokenizer puts none: a decoder's end-of-text token for pooling by the last row.</summary>
    public int? EndToken { get; init; }
}
