namespace Inkstone.Tokenizers;

/// <summary>
/// Words and what stands between them (Unicode Standard Annex 29 at 15.0, rules WB1 to WB999), end to end over the whole text.
/// Every code point is read at most three times, whatever the text: looking across a character in the middle of a word passes over
/// marks only, and the piece after reads those once more. Broken UTF-8 counts as U+FFFD.
/// </summary>
internal static class WordBoundaries
{
    private static readonly WordBreak[] OfAscii = [.. Enumerable.Range(0, 128).Select(CodePoint.WordBreak)];

    /// <summary>The end of the piece that begins at a boundary inside the text.</summary>
    public static int Next(ReadOnlySpan<byte> utf8, int start)
    {
        var first = Read(utf8, start, out var codePoint, out var position);
        switch (first)
        {
            case WordBreak.CarriageReturn when position < utf8.Length && utf8[position] == '\n':
                return position + 1; // WB3
            case WordBreak.CarriageReturn or WordBreak.LineFeed or WordBreak.Newline:
                return position; // WB3a
        }
        // The rules after WB4 see the last character that is not a mark; WB3c and WB3d see the one just before.
        WordBreak last = IsMark(first) ? WordBreak.Other : first, previous = first;
        var paired = false;
        while (position < utf8.Length)
        {
            var next = Read(utf8, position, out codePoint, out var end);
            if (IsMark(next) || (next == last && next is WordBreak.Letter or WordBreak.Numeric))
            {
                previous = next;
                position = end;
                continue;
            }
            var joined = previous == WordBreak.Joiner && CodePoint.IsPictographic(codePoint); // WB3c
            var spaces = previous == WordBreak.Space && next == WordBreak.Space; // WB3d
            if (HoldsAround(utf8, last, next, end, out var partner))
                next = Read(utf8, partner, out _, out end);
            else if (!joined && !spaces && !Holds(last, next, paired))
                break;
            paired = last == WordBreak.RegionalIndicator && next == WordBreak.RegionalIndicator;
            previous = last = next;
            position = end;
        }
        return position;
    }

    /// <summary>Rules that look at two neighbours.</summary>
    private static bool Holds(WordBreak last, WordBreak next, bool paired) => last switch
    {
        WordBreak.Letter => IsLetter(next) || next is WordBreak.Numeric or WordBreak.Connector, // WB5, WB9, WB13a
        WordBreak.HebrewLetter => IsLetter(next) || next is WordBreak.Numeric or WordBreak.Connector or WordBreak.SingleQuote, // and WB7a
        WordBreak.Numeric => IsLetter(next) || next is WordBreak.Numeric or WordBreak.Connector, // WB8, WB10, WB13a
        WordBreak.Katakana => next is WordBreak.Katakana or WordBreak.Connector, // WB13, WB13a
        WordBreak.Connector => IsLetter(next) || next is WordBreak.Numeric or WordBreak.Katakana or WordBreak.Connector, // WB13a, WB13b
        WordBreak.RegionalIndicator => next == WordBreak.RegionalIndicator && !paired, // WB15, WB16
        _ => false,
    };

    /// <summary>Rules that look at the characters on both sides of a middle one: WB6 and WB7, WB7b and WB7c, WB11 and WB12.</summary>
    private static bool HoldsAround(ReadOnlySpan<byte> utf8, WordBreak last, WordBreak middle, int position, out int partner)
    {
        partner = position;
        var ofLetters = IsLetter(last) && middle is WordBreak.MiddleOfLetters or WordBreak.MiddleBoth or WordBreak.SingleQuote;
        var ofHebrew = last == WordBreak.HebrewLetter && middle == WordBreak.DoubleQuote;
        var ofNumber = last == WordBreak.Numeric && middle is WordBreak.MiddleOfNumber or WordBreak.MiddleBoth or WordBreak.SingleQuote;
        if (!ofLetters && !ofHebrew && !ofNumber)
            return false;
        while (partner < utf8.Length)
        {
            var after = Read(utf8, partner, out _, out var end);
            if (!IsMark(after))
                return (ofLetters && IsLetter(after)) || (ofHebrew && after == WordBreak.HebrewLetter) || (ofNumber && after == WordBreak.Numeric);
            partner = end;
        }
        return false;
    }

    private static bool IsLetter(WordBreak value) => value is WordBreak.Letter or WordBreak.HebrewLetter;

    private static bool IsMark(WordBreak value) => value is WordBreak.Extend or WordBreak.Format or WordBreak.Joiner;

    private static WordBreak Read(ReadOnlySpan<byte> utf8, int position, out int codePoint, out int end)
    {
        codePoint = utf8[position];
        end = position + 1;
        if (codePoint < 128)
            return OfAscii[codePoint];
        codePoint = CharacterClasses.Decode(utf8[position..], out var length);
        end = position + length;
        return CodePoint.WordBreak(codePoint);
    }
}
