using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Connectionist temporal classification (Graves et al. 2006): tokens repeated at once count once, the blank goes, the word delimiter
/// becomes a space.
/// </summary>
internal sealed class CtcDecoder(string blank, string delimiter, bool cleansUp) : TextDecoder
{

    /// <summary>The blank.</summary>
    public string Blank { get; } = blank;

    /// <summary>What stands between words.</summary>
    public string Delimiter { get; } = delimiter;

    /// <summary>Whether the space before punctuation and English contractions goes, and delimiters become spaces.</summary>
    public bool CleansUp { get; } = cleansUp;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(CtcDecoder decoder, DecoderStage next) : TokenDecoderStage(next)
    {
        private byte[]? _last;

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            if (_last is not null && token.SequenceEqual(_last))
                return;
            _last = token.ToArray();
            var text = Encoding.UTF8.GetString(token).Replace(decoder.Blank, "", StringComparison.Ordinal);
            if (decoder.CleansUp)
                text = WordPieceDecoder.CleanUp(text).Replace(decoder.Delimiter, " ", StringComparison.Ordinal);
            if (text.Length > 0)
                Give(Encoding.UTF8.GetBytes(text));
        }
    }
}
