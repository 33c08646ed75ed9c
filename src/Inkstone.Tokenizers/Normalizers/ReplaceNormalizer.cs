using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Replaces each occurrence of a string, from the left and without overlap; the new text takes the range of the last character replaced.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    private readonly byte[] _pattern = Encoding.UTF8.GetBytes(pattern);
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

    /// <summary>What is looked for.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>What stands in its place.</summary>
    public string Content { get; } = content;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var bytes = text.Bytes;
        var match = _pattern.Length == 0 ? -1 : bytes.IndexOf(_pattern);
        if (match < 0)
            return;
        var position = 0;
        text.BeginRewrite();
        while (match >= 0)
        {
            text.Copy(position, position + match);
            position += match + _pattern.Length;
            text.Append(_content, alignedTo: position - 1);
            match = bytes[position..].IndexOf(_pattern);
        }
        text.Copy(position, bytes.Length);
        text.EndRewrite();
    }
}
