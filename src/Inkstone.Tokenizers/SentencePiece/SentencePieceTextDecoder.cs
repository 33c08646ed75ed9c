using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Tokens of a SentencePiece model back to text as SentencePiece does: the unknown piece is a mark, byte pieces are put together to characters
/// (each byte that belongs to none becomes U+FFFD), U+2581 becomes a space, and the space before the text goes. Control pieces are shown as they
/// are written; a decoding that skips specials leaves them out, as SentencePiece does.
/// </summary>
internal sealed class SentencePieceTextDecoder(SentencePieceTokenModel model) : TextDecoder
{
    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(model, next);

    private sealed class Stage(SentencePieceTokenModel model, DecoderStage next) : TokenDecoderStage(next)
    {
        private readonly SentencePieceFile _file = model.Model.File;
        private readonly LooseBytes _loose = new();
        private bool _isAtBegin = true;
        private bool _beganWithSpace;

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            var id = model.Find(Encoding.UTF8.GetString(token));
            var kind = id < 0 ? SentencePieceKind.Control : _file.Kinds[id];
            if (kind == SentencePieceKind.Byte)
            {
                _isAtBegin &= !_beganWithSpace;
                _loose.Add((byte)ByteTokens.ValueOf(token), Next, isWhole: false);
                _isAtBegin = false;
                return;
            }
            _loose.Flush(Next);
            if (kind == SentencePieceKind.Control)
            {
                Give(token);
                return;
            }
            _isAtBegin &= !_beganWithSpace;
            _beganWithSpace = false;
            if (kind == SentencePieceKind.Unknown)
                Put(Encoding.UTF8.GetBytes(_file.UnknownSurface));
            else
                PutPiece(token);
        }

        public override void Finish()
        {
            _loose.Flush(Next);
            base.Finish();
        }

        private void PutPiece(ReadOnlySpan<byte> piece)
        {
            var options = _file.Normalization;
            var hasSpace = _isAtBegin && (options.AddsDummyPrefix || options.RemovesExtraWhitespace) && piece.StartsWith(SentencePieceNormalizer.SpaceMark);
            if (hasSpace)
                piece = piece[SentencePieceNormalizer.SpaceMark.Length..];
            Span<byte> text = new byte[piece.Length];
            Put(text[..SentencePieceNormalizer.Compact(piece, text)]);
            // Where all spaces before a text go, the next piece may lose one too.
            _beganWithSpace = hasSpace && !options.RemovesExtraWhitespace;
        }

        private void Put(ReadOnlySpan<byte> text)
        {
            _isAtBegin &= text.IsEmpty;
            Give(text);
        }
    }
}
