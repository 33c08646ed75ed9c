namespace Inkstone.Tokenizers;

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<TextDecoder> decoders) : TextDecoder
{
    /// <summary>The decoders, in the order they act.</summary>
    public IReadOnlyList<TextDecoder> Decoders { get; } = [.. decoders];

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => Decoders.Reverse().Aggregate(next, (stage, decoder) => decoder.Start(stage));
}
