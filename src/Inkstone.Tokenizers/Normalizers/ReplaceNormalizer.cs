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
        var bytes = text.Bytes;
        if (!Pattern.TryFind(bytes, 0, out var start, out var end))
            return;
        var position = 0;
        text.BeginRewrite();
        for (var isFound = true; isFound; isFound = Pattern.TryFind(bytes, position, out start, out end))
        {
            if (end == start)
                break;
            text.Copy(position, start);
            text.Append(_content, alignedTo: end - 1);
            position = end;
        }
        text.Copy(position, bytes.Length);
        text.EndRewrite();
    }
}
