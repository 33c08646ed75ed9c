namespace Inkstone.Tokenizers;

/// <summary>
/// Extended grapheme clusters, what a reader takes for one character (Unicode Standard Annex 29 at 15.0, rules GB1 to GB999).
/// Every code point is read at most twice, whatever the text; broken UTF-8 counts as U+FFFD.
/// </summary>
internal static class GraphemeBoundaries
{
    /// <summary>The end of the cluster that begins at a boundary inside the text.</summary>
    public static int Next(ReadOnlySpan<byte> utf8, int start)
    {
        if (utf8[start] is >= 0x20 and < 0x7F && (start + 1 == utf8.Length || utf8[start + 1] < 0x80))
            return start + 1;
        var codePoint = CharacterClasses.Decode(utf8[start..], out var length);
        var position = start + length;
        var before = CodePoint.GraphemeBreak(codePoint);
        // GB11 asks what stands before the joiner, GB12 whether an indicator has its partner already.
        var pictograph = CodePoint.IsPictographic(codePoint);
        var paired = false;
        while (position < utf8.Length)
        {
            codePoint = CharacterClasses.Decode(utf8[position..], out length);
            var after = CodePoint.GraphemeBreak(codePoint);
            var joined = pictograph && before == GraphemeBreak.Joiner && CodePoint.IsPictographic(codePoint);
            if (!joined && !Holds(before, after, paired))
                break;
            paired = before == GraphemeBreak.RegionalIndicator && after == GraphemeBreak.RegionalIndicator;
            pictograph = CodePoint.IsPictographic(codePoint)
                || (pictograph && before != GraphemeBreak.Joiner && after is GraphemeBreak.Extend or GraphemeBreak.Joiner);
            before = after;
            position += length;
        }
        return position;
    }

    private static bool Holds(GraphemeBreak before, GraphemeBreak after, bool paired)
    {
        if (before == GraphemeBreak.CarriageReturn)
            return after == GraphemeBreak.LineFeed; // GB3, GB4
        if (before is GraphemeBreak.LineFeed or GraphemeBreak.Control
            || after is GraphemeBreak.CarriageReturn or GraphemeBreak.LineFeed or GraphemeBreak.Control)
            return false; // GB4, GB5
        if (after is GraphemeBreak.Extend or GraphemeBreak.Joiner or GraphemeBreak.SpacingMark || before == GraphemeBreak.Prepend)
            return true; // GB9, GB9a, GB9b
        return before switch
        {
            GraphemeBreak.Lead => after is GraphemeBreak.Lead or GraphemeBreak.Vowel or GraphemeBreak.Syllable or GraphemeBreak.ClosedSyllable, // GB6
            GraphemeBreak.Syllable or GraphemeBreak.Vowel => after is GraphemeBreak.Vowel or GraphemeBreak.Trail, // GB7
            GraphemeBreak.ClosedSyllable or GraphemeBreak.Trail => after == GraphemeBreak.Trail, // GB8
            GraphemeBreak.RegionalIndicator => after == GraphemeBreak.RegionalIndicator && !paired, // GB12, GB13
            _ => false,
        };
    }
}
