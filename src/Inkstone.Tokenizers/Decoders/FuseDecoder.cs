namespace Inkstone.Tokenizers;

/// <summary>All tokens are one from here on.</summary>
internal sealed class FuseDecoder : TextDecoder
{
    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        public override void Append(ReadOnlySpan<byte> part) => next.Append(part);

        public override void EndToken()
        {
        }

        public override void Finish()
        {
            next.EndToken();
            next.Finish();
        }
    }
}
