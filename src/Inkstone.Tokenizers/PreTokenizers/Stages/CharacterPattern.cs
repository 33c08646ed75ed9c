using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>The kinds of characters that stages look for.</summary>
internal enum CharacterKind
{
    /// <summary>White space.</summary>
    WhiteSpace,

    /// <summary>Punctuation: ASCII's, symbols such as <c>$</c> among them, and the categories P of Unicode 8.0.</summary>
    Punctuation,

    /// <summary>Numbers: the categories N.</summary>
    Number,
}

/// <summary>Single characters of a kind; each is a match by itself.</summary>
internal sealed class CharacterPattern(CharacterKind kind) : PiecePattern
{
    private const int PunctuationVersion = 80;

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        for (int start = 0, length; start < piece.Length; start += length)
        {
            if (Is(kind, Utf8Text.At(piece, start, out length)))
                matches.Add(new(start, start + length));
        }
    }

    /// <summary>Whether a character is of a kind.</summary>
    public static bool Is(CharacterKind kind, int character) => kind switch
    {
        CharacterKind.WhiteSpace => CodePoint.IsWhiteSpace(character),
        CharacterKind.Punctuation => IsPunctuation(character),
        _ => CodePoint.Category(character) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber,
    };

    /// <summary>Whether BERT's stage and the punctuation stage take a character for punctuation.</summary>
    public static bool IsPunctuation(int character) => character < 0x80
        ? character is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        : CodePoint.Category(character, PunctuationVersion) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
}
