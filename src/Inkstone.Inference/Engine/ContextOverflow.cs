namespace Inkstone.Inference;

/// <summary>What happens when prompt and answer do not fit the model's context.</summary>
public enum ContextOverflow
{
    /// <summary>A prompt that leaves no room is refused; an answer that fills the context ends with <see cref="FinishReason.ContextFull"/>.</summary>
    Error,

    /// <summary>
    /// After a kept prefix, the older half of the tokens is dropped and the rest computed again; the answer goes on as if they had never been. Each time is told:
    /// <see cref="PromptReport.DroppedCount"/>, <see cref="GeneratedPiece.DroppedCount"/>.
    /// </summary>
    Shift,
}
