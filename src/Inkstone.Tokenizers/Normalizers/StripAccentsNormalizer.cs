using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// Removes marks (general categories Mn, Mc and Me) as Unicode 9.0 has them. Three code points changed since: U+1CF2 and U+1CF3 were
/// marks, U+111C9 was punctuation.
/// </summary>
internal sealed class StripAccentsNormalizer : CharacterNormalizer
{
    /// <inheritdoc/>
    protected override int LengthUnchanged(ReadOnlySpan<byte> utf8) => AsciiLength(utf8);

    /// <inheritdoc/>
    protected override bool Stays(int codePoint) => codePoint switch
    {
        0x1CF2 or 0x1CF3 => false,
        0x111C9 => true,
        _ => CodePoint.Category(codePoint, FormNormalizer.HuggingFaceVersion)
            is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark),
    };

    /// <inheritdoc/>
    protected override void Write(int codePoint, NormalizedText text, int position)
    {
    }
}
