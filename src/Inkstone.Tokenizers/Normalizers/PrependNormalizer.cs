using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Puts a string before a text that is not empty; it takes the range of the text's first character.</summary>
internal sealed class PrependNormalizer(string prepend) : Normalizer
{
    private readonly byte[] _prepend = Encoding.UTF8.GetBytes(prepend);

    /// <summary>What is put before.</summary>
    public string Prepend { get; } = prepend;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var length = text.Bytes.Length;
        if (length == 0 || _prepend.Length == 0)
            return;
        text.BeginRewrite();
        text.Append(_prepend, alignedTo: 0);
        text.Copy(0, length);
        text.EndRewrite();
    }
}
