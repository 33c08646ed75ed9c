using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Writes each byte as a visible character (<see cref="ByteLevel"/>).</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    private static readonly byte[][] Characters = [.. Enumerable.Range(0, 256).Select(value => Encoding.UTF8.GetBytes(ByteLevel.ToText([(byte)value])))];

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        text.BeginRewrite();
        for (var i = 0; i < text.Bytes.Length; i++)
            text.Append(Characters[text.Bytes[i]], i);
        text.EndRewrite();
    }
}
