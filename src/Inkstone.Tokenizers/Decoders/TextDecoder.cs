namespace Inkstone.Tokenizers;

/// <summary>
/// How tokens become text again. A decoder is immutable; <see cref="Start"/> makes the stage that does the work for one text: tokens are
/// pushed in as they come and text comes out as soon as it is sure, so decoding as a stream and decoding whole are the same code.
/// </summary>
internal abstract class TextDecoder
{
    /// <summary>Begins a text.</summary>
    /// <param name="next">Takes what this decoder gives.</param>
    public abstract DecoderStage Start(DecoderStage next);
}

/// <summary>
/// One decoder at work on one text. A token comes in parts (<see cref="Append"/>), of which as a rule there is one, and is ended by
/// <see cref="EndToken"/>; <see cref="Finish"/> ends the text.
/// </summary>
internal abstract class DecoderStage
{
    /// <summary>Takes a part of the token at hand.</summary>
    public abstract void Append(ReadOnlySpan<byte> part);

    /// <summary>Ends the token at hand.</summary>
    public abstract void EndToken();

    /// <summary>Ends the text; what was held back is given out.</summary>
    public abstract void Finish();
}
