using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Tokens marked as the inside of a word join the one before, all others are parted by spaces.</summary>
/// <param name="prefix">The mark, such as <c>##</c>.</param>
/// <param name="cleansUp">Whether the space before punctuation and English contractions goes.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : TextDecoder
{
    private static readonly (string From, string To)[] Contractions =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    /// <summary>The mark.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Whether spaces before punctuation go.</summary>
    public bool CleansUp { get; } = cleansUp;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    /// <summary>A text without the spaces before punctuation and English contractions.</summary>
    public static string CleanUp(string text)
    {
        foreach (var (from, to) in Contractions)
            text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }

    private sealed class Stage(WordPieceDecoder decoder, DecoderStage next) : TokenDecoderStage(next)
    {
        protected override void Decode(ReadOnlySpan<byte> token)
        {
            var text = Encoding.UTF8.GetString(token);
            if (!IsFirst)
                text = token.StartsWith(decoder._prefix) ? text[decoder.Prefix.Length..] : " " + text;
            Give(Encoding.UTF8.GetBytes(decoder.CleansUp ? CleanUp(text) : text));
        }
    }
}
