namespace Inkstone.Inference;

/// <summary>What becomes of a text that is longer than an embedder takes.</summary>
public enum TextTruncation
{
    /// <summary>Its end is cut off; the tokens that the tokenizer puts around a text stay. The usage counts what is left.</summary>
    CutEnd,

    /// <summary>It is refused.</summary>
    Refuse,
}
