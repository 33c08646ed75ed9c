namespace Inkstone.Tokenizers;

/// <summary>
/// Tokens such as <c>&lt;0x0A&gt;</c> become their bytes. Those that make no character become U+FFFD each when the text is read.
/// </summary>
internal sealed class ByteFallbackDecoder : TextDecoder
{
    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    // Bytes are held until they are a character or can be none any more.
    private sealed class Stage(DecoderStage next) : TokenDecoderStage(next)
    {
        private readonly LooseBytes _loose = new();

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            if (ByteTokens.ValueOf(token) is >= 0 and var value)
            {
                _loose.Add((byte)value, Next, isWhole: false);
                return;
            }
            _loose.Flush(Next);
            Give(token);
        }

        public override void Finish()
        {
            _loose.Flush(Next);
            base.Finish();
        }
    }
}
