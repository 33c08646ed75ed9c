using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// Numbers grouped by threes from the right, as llama.cpp does it where a pattern looks ahead to the end of the number: the automaton of
/// <see cref="TextPattern"/> holds no such look-ahead.
/// </summary>
internal sealed class DigitGroups : PiecePattern
{
    /// <summary>
    /// The pattern for numbers of every kind. What llama.cpp does is not quite what it says: the text before a number and its first group,
    /// which is the one that may be short, are one piece.
    /// </summary>
    public const string Numbers = @"\d{1,3}(?=(?:\d{3})*\b)";

    /// <summary>The pattern for digits of ASCII: text is cut before each three digits after which only threes follow.</summary>
    public const string Ascii = @"(?=(\d{3})+(?!\d))";

    private readonly bool _isAscii;

    private DigitGroups(bool isAscii) => _isAscii = isAscii;

    /// <summary>How the pattern is written.</summary>
    public string Source => _isAscii ? Ascii : Numbers;

    /// <summary>The pattern by how it is written, or null where that is neither.</summary>
    public static DigitGroups? Find(string source) => source switch
    {
        Numbers => new(isAscii: false),
        Ascii => new(isAscii: true),
        _ => null,
    };

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        var cut = 0;
        for (int position = 0, end; position < piece.Length; position = end)
        {
            end = position;
            int digits = 0, length = 0;
            for (; end < piece.Length && IsDigit(piece, end, out length); end += length)
                digits++;
            if (digits == 0)
                end += length;
            for (var left = digits; left > 0; left--, position += length)
            {
                length = Utf8Text.LengthAt(piece, position);
                // Before a group, or after one.
                var place = _isAscii ? position : position + length;
                if ((_isAscii ? left : left - 1) % 3 != 0 || place == cut)
                    continue;
                matches.Add(new(cut, place));
                cut = place;
            }
        }
    }

    private bool IsDigit(ReadOnlySpan<byte> piece, int position, out int length)
    {
        length = 1;
        return _isAscii || piece[position] < 0x80 ? char.IsAsciiDigit((char)piece[position])
            : CodePoint.Category(Utf8Text.At(piece, position, out length), GgufBertNormalizer.UnicodeVersion) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
    }
}
