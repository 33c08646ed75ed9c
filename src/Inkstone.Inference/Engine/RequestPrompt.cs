namespace Inkstone.Inference;

/// <summary>What a request continues.</summary>
/// <param name="Tokens">What its sequences begin with, shorter than the context.</param>
/// <param name="Source">What an encoder-decoder reads; else empty.</param>
/// <param name="DroppedCount">How many tokens the prompt has lost already.</param>
internal sealed record RequestPrompt(int[] Tokens, int[] Source, int DroppedCount)
{
    /// <summary>How many tokens a caller is told of.</summary>
    public int TokenCount => Source.Length + Tokens.Length + DroppedCount;
}
