namespace Inkstone.Inference;

/// <summary>What becomes of the section in which a model reasons before it answers.</summary>
public enum ReasoningUse
{
    /// <summary>It is given apart from the text, as <see cref="Microsoft.Extensions.AI.TextReasoningContent"/>.</summary>
    Apart,

    /// <summary>It stays in the text, with its marks.</summary>
    InText,

    /// <summary>It is left out.</summary>
    Dropped,
}
