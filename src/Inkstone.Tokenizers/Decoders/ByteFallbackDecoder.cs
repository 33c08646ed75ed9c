using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace Inkstone.Tokenizers;

/// <summary>
/// Tokens such as <c>&lt;0x0A&gt;</c> become their bytes: a run of them one token where it is UTF-8 as a whole, else a U+FFFD for each, as Hugging
/// Face has it. So a stream holds such a run until it ends.
/// </summary>
internal sealed class ByteFallbackDecoder : TextDecoder
{
    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : TokenDecoderStage(next)
    {
        private readonly ArrayBufferWriter<byte> _run = new(16);

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            if (TryParse(token, out var value))
            {
                _run.Write([value]);
                return;
            }
            Flush();
            Give(token);
        }

        public override void Finish()
        {
            Flush();
            base.Finish();
        }

        private void Flush()
        {
            if (_run.WrittenCount == 0)
                return;
            if (Utf8.IsValid(_run.WrittenSpan))
                Give(_run.WrittenSpan);
            else
            {
                for (var i = 0; i < _run.WrittenCount; i++)
                    Give("\uFFFD"u8);
            }
            _run.ResetWrittenCount();
        }

        // Numbers are read as Rust reads them: in either case, and with a sign.
        private static bool TryParse(ReadOnlySpan<byte> token, out byte value)
        {
            value = 0;
            if (token.Length != 6 || !token.StartsWith("<0x"u8) || token[5] != '>')
                return false;
            var digits = token[3] == '+' ? token[4..5] : token[3..5];
            return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }
    }
}
