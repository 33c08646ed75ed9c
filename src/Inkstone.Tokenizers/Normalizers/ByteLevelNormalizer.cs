namespace Inkstone.Tokenizers;

/// <summary>Writes each byte as a visible character (<see cref="ByteLevel"/>).</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        text.BeginRewrite();
        for (var i = 0; i < text.Bytes.Length; i++)
            text.Append(ByteLevel.Utf8[text.Bytes[i]], i);
        text.EndRewrite();
    }
}
