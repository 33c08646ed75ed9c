namespace Inkstone.Tokenizers;

/// <summary>What SentencePiece's nmt_nfkc does beside normalisation: control characters go, odd white space becomes a space.</summary>
internal sealed class NmtNormalizer : CharacterNormalizer
{
    /// <inheritdoc/>
    protected override bool Stays(int codePoint) => !IsRemoved(codePoint) && !IsSpace(codePoint);

    /// <inheritdoc/>
    protected override void Write(int codePoint, NormalizedText text, int position)
    {
        if (IsSpace(codePoint))
            text.Append(' ', position);
    }

    private static bool IsRemoved(int codePoint) =>
        codePoint is (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F;

    private static bool IsSpace(int codePoint) =>
        codePoint is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
}
