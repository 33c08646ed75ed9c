using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Replaces each match of a pattern, from the left and without overlap; the new text takes the range of the last character replaced.</summary>
internal sealed class ReplaceNormalizer(PiecePattern pattern, string content) : Normalizer
{
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

    /// <summary>Replaces a string.</summary>
    public ReplaceNormalizer(string pattern, string content)
        : this(new LiteralPattern(pattern), content)
    {
    }

    /// <summary>What is looked for.</summary>
    public PiecePattern Pattern { get; } = pattern;

    /// <summary>What stands in its place.</summary>
    public string Content { get; } = content;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var matches = text.Matches;
        matches.Clear();
        Pattern.FindAll(text.Bytes, matches);
        if (matches.Count == 0)
            return;
        var position = 0;
        text.BeginRewrite();
        foreach (var match in matches)
        {
            text.Copy(position, match.Start);
            text.Append(_content, alignedTo: match.End - 1);
            position = match.End;
        }
        text.Copy(position, text.Bytes.Length);
        text.EndRewrite();
    }
}
