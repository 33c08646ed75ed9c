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
        private readonly List<TextRange> _matches = [];

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            var position = 0;
            _matches.Clear();
            decoder.Pattern.FindAll(token, _matches);
            foreach (var match in _matches)
            {
                Next.Append(token[position..match.Start]);
                Next.Append(decoder._content);
                position = match.End;
            }
            Give(token[position..]);
        }
    }
}
