using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Tokens of a SentencePiece model back to text as SentencePiece does: the unknown piece is a mark, byte pieces are put together to characters
/// (each byte that belongs to none becomes U+FFFD), U+2581 becomes a space, and the space before the text goes. Control pieces are shown as they
/// are written; a decoding that skips specials leaves them out, as SentencePiece does.
/// </summary>
internal sealed class SentencePieceDecoder(SentencePieceModel model) : TextDecoder
{
    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) =>
        new Stage(model, model.File.Denormalization is { } options ? new Denormalizing(options, next) : next);

    private sealed class Stage(SentencePieceModel model, DecoderStage next) : TokenDecoderStage(next)
    {
        private readonly SentencePieceFile _file = model.File;
        private readonly LooseBytes _loose = new();
        private bool _isAtBegin = true;
        private bool _beganWithSpace;

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            var id = model.Find(token);
            var kind = id < 0 ? SentencePieceKind.Control : _file.Kinds[id];
            if (kind == SentencePieceKind.Byte)
            {
                _isAtBegin &= !_beganWithSpace;
                _loose.Add((byte)ByteTokens.ValueOf(token), Next);
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

    // What is done to the text needs all of it.
    private sealed class Denormalizing(SentencePieceNormalization options, DecoderStage next) : DecoderStage
    {
        private readonly DecodedBytes _text = new();

        public override void Append(ReadOnlySpan<byte> part) => _text.Append(part);

        public override void EndToken()
        {
        }

        public override void Finish()
        {
            var scratch = new SentencePieceScratch();
            new SentencePieceNormalizer(options, hasWhitespaceSuffix: false, userDefined: null).Normalize(_text.Bytes, scratch);
            foreach (var value in scratch.Text)
                next.Append(value == ' ' && options.EscapesWhitespace ? SentencePieceNormalizer.SpaceMark : [value]);
            next.EndToken();
            next.Finish();
        }
    }
}
