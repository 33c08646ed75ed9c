namespace Inkstone.Inference;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model drew a token that ends an answer, or a constraint says that the answer is complete.</summary>
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
/// <param name="Token">The token drawn; −1 in a piece that brings none.</param>
/// <param name="LogProbability">ln of the token's probability under the model, before anything changed its scores; 0 without a token.</param>
/// <param name="Finish">Why the answer ended; null while it goes on.</param>
public readonly record struct GeneratedPiece(string Text, int Token, double LogProbability, FinishReason? Finish)
{
    private readonly TokenLogProbability[]? _top;

    /// <summary>Which of the answers to the prompt the piece is of.</summary>
    public int Answer { get; init; }

    /// <summary>The most probable tokens in the token's place, falling, as many as were asked for.</summary>
    public IReadOnlyList<TokenLogProbability> Top => _top ?? [];

    /// <summary>
    /// What there is to say of the prompt, with an answer's first piece. Where the prompt is scored or echoed, or nothing is generated, that piece brings no token.
    /// </summary>
    public PromptReport? Prompt { get; init; }

    /// <summary>How many older tokens were dropped after this one because the context was full (<see cref="ContextOverflow.Shift"/>).</summary>
    public int DroppedCount { get; init; }

    internal TokenLogProbability[]? TopTokens
    {
        init => _top = value;
    }
}
