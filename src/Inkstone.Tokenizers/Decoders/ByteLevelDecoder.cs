using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Visible characters back to the bytes they stand for (<see cref="ByteLevel"/>); a token with any other character stays as it is. All tokens are one from
/// here on, for their bytes make characters only together.
/// </summary>
/// <param name="settings">What the file says; it makes no difference here.</param>
internal sealed class ByteLevelDecoder(ByteLevelSettings settings) : TextDecoder
{
    /// <summary>What the file says.</summary>
    public ByteLevelSettings Settings { get; } = settings;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : TokenDecoderStage(next)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(64);

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            _bytes.ResetWrittenCount();
            Next.Append(ByteLevel.TryToBytes(Encoding.UTF8.GetString(token), _bytes) ? _bytes.WrittenSpan : token);
        }

        public override void Finish()
        {
            Next.EndToken();
            base.Finish();
        }
    }
}
