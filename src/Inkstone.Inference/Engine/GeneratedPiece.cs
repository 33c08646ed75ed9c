namespace Inkstone.Inference;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model drew its end-of-text token.</summary>
    EndOfText,

    /// <summary>A stop text appeared.</summary>
    Stop,

    /// <summary>The asked number of tokens was reached.</summary>
    MaxTokens,

    /// <summary>The model's context is full.</summary>
    ContextFull,
}

/// <summary>A piece of an answer, as it is generated. The last piece of an answer has a reason.</summary>
/// <param name="Text">Whole characters; may be empty while a character or a possible stop text is incomplete.</param>
/// <param name="Token">The token drawn.</param>
/// <param name="LogProbability">ln of the token's probability under the model.</param>
/// <param name="Finish">Why the answer ended; null while it goes on.</param>
public readonly record struct GeneratedPiece(string Text, int Token, double LogProbability, FinishReason? Finish);
