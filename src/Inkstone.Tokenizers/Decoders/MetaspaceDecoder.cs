using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Marks become spaces again; those of the first token go, where a mark was put before the text.</summary>
internal sealed class MetaspaceDecoder(string mark, PrependScheme scheme, bool cuts) : TextDecoder
{
    private readonly byte[] _mark = Encoding.UTF8.GetBytes(mark);

    /// <summary>The mark.</summary>
    public string Mark { get; } = mark;

    /// <summary>Where a mark was put before the text.</summary>
    public PrependScheme Scheme { get; } = scheme;

    /// <summary>Whether the stage it undoes cuts; it makes no difference here.</summary>
    public bool Cuts { get; } = cuts;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(MetaspaceDecoder decoder, DecoderStage next) : TokenDecoderStage(next)
    {
        protected override void Decode(ReadOnlySpan<byte> token)
        {
            for (int at; (at = token.IndexOf(decoder._mark)) >= 0; token = token[(at + decoder._mark.Length)..])
            {
                Next.Append(token[..at]);
                if (!IsFirst || decoder.Scheme == PrependScheme.Never)
                    Next.Append(" "u8);
            }
            Give(token);
        }
    }
}
