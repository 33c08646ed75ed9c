namespace Inkstone.Tokenizers;

/// <summary>Lower case, character by character (a final sigma is a sigma like any other), as Rust's <c>char::to_lowercase</c>.</summary>
internal sealed class LowercaseNormalizer : CharacterNormalizer
{
    private const int CapitalIWithDot = 0x130, CombiningDot = 0x307;

    /// <inheritdoc/>
    protected override bool Stays(int codePoint) =>
        codePoint < 0x80 ? (uint)(codePoint - 'A') > 'Z' - 'A' : codePoint != CapitalIWithDot && CodePoint.ToLower(codePoint) == codePoint;

    /// <inheritdoc/>
    protected override void Write(int codePoint, NormalizedText text, int position)
    {
        text.Append(codePoint == CapitalIWithDot ? 'i' : CodePoint.ToLower(codePoint), position);
        if (codePoint == CapitalIWithDot)
            text.Append(CombiningDot, position);
    }
}
