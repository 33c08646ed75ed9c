using System.Buffers;
using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// llama.cpp's preparation of text for WordPiece, which is not BERT's own: a character becomes the first of its canonical decomposition (a
/// Hangul syllable its leading consonant), marks of every kind go, and so do controls; punctuation, the symbols of ASCII and ideographs
/// are put between spaces. Words are then what white space parts.
/// </summary>
/// <param name="lowercase">Whether letters are lower-cased.</param>
/// <param name="stripsAccents">Whether characters are decomposed and marks go.</param>
internal sealed class GgufBertNormalizer(bool lowercase, bool stripsAccents) : CharacterNormalizer
{
    private const int Nowhere = -1;

    /// <summary>The Unicode version of llama.cpp's tables, times ten.</summary>
    public const int UnicodeVersion = 151;

    private static readonly SearchValues<byte> Lower = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789 "u8);
    private static readonly SearchValues<byte> Cased = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "u8);

    /// <summary>Whether letters are lower-cased.</summary>
    public bool Lowercase => lowercase;

    /// <summary>Whether characters are decomposed and marks go.</summary>
    public bool StripsAccents => stripsAccents;

    /// <inheritdoc/>
    protected override int LengthUnchanged(ReadOnlySpan<byte> utf8) => utf8.IndexOfAnyExcept(lowercase ? Lower : Cased) is >= 0 and var length ? length : utf8.Length;

    /// <inheritdoc/>
    protected override bool Stays(int codePoint) =>
        codePoint == ' ' || (Become(codePoint, out var isAlone) == codePoint && !isAlone);

    /// <inheritdoc/>
    protected override void Write(int codePoint, NormalizedText text, int position)
    {
        var character = Become(codePoint, out var isAlone);
        if (character == Nowhere)
            return;
        if (isAlone)
            text.Append(' ', position);
        text.Append(character, position);
        if (isAlone)
            text.Append(' ', position);
    }

    private int Become(int codePoint, out bool isAlone)
    {
        isAlone = false;
        var character = codePoint;
        if (stripsAccents && codePoint >= 0x80)
        {
            Span<int> parts = stackalloc int[Decomposition.LongestDecomposition];
            Decomposition.Decompose(codePoint, compatibility: false, parts);
            character = parts[0];
        }
        if (CodePoint.IsWhiteSpace(character))
            return ' ';
        var category = CodePoint.Category(character, UnicodeVersion);
        if (character is 0 or 0xFFFD || category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse)
            return Nowhere;
        if (stripsAccents && category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark)
            return Nowhere;
        isAlone = category is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation
            || (character < 0x7F && category is >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol) || IsIdeograph(character);
        return lowercase && CodePoint.Age(character) is > 0 and <= UnicodeVersion ? CodePoint.ToLower(character) : character;
    }

    /// <summary>The blocks BERT names; its fifth extension block begins at U+2B920, a slip kept as published.</summary>
    private static bool IsIdeograph(int character) =>
        character is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B81F)
            or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
