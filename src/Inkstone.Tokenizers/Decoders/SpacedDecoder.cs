namespace Inkstone.Tokenizers;

/// <summary>What a file without a decoder means: tokens with a space between them.</summary>
internal sealed class SpacedDecoder : TextDecoder
{
    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : TokenDecoderStage(next)
    {
        protected override void Decode(ReadOnlySpan<byte> token)
        {
            if (!IsFirst)
                Next.Append(" "u8);
            Give(token);
        }
    }
}
