using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Replaces what a pattern finds in each token.</summary>
internal sealed class ReplaceDecoder(PiecePattern pattern, string content) : TextDecoder
{
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

    /// <summary>What is looked for.</summary>
    public PiecePattern Pattern { get; } = pattern;

    /// <summary>What stands in its place.</summary>
    public string Content { get; } = content;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    private sealed class Stage(ReplaceDecoder decoder, DecoderStage next) : TokenDecoderStage(next)
    {
        protected override void Decode(ReadOnlySpan<byte> token)
        {
            var position = 0;
            for (var from = 0; decoder.Pattern.TryFind(token, from, out var start, out var end); from = end)
            {
                if (end == start)
                    break;
                Next.Append(token[position..start]);
                Next.Append(decoder._content);
                position = end;
            }
            Give(token[position..]);
        }
    }
}
