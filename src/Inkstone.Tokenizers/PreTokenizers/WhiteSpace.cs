namespace Inkstone.Tokenizers;

/// <summary>Runs of white space, as the patterns since GPT-4 cut them.</summary>
internal static class WhiteSpace
{
    /// <summary>
    /// The end of <c>\s*[\r\n]+|\s+(?!\S)|\s+</c> at a white-space character: up to the last line end of the run, if it has one; else
    /// the run, less its last character where something else follows and more than that one remains.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="start">Where the run begins.</param>
    /// <param name="wholeTail">Whether a run that ends the text is taken whole (<c>\s++$</c> comes first).</param>
    public static int Next(ReadOnlySpan<byte> utf8, int start, bool wholeTail)
    {
        int position = start, last = start, afterNewline = start;
        while (position < utf8.Length)
        {
            var kind = CharacterClasses.At(utf8, position, out var length);
            if (kind is not (CharacterClass.Space or CharacterClass.Newline))
                break;
            last = position;
            position += length;
            if (kind == CharacterClass.Newline)
                afterNewline = position;
        }
        if (position == utf8.Length && wholeTail)
            return position;
        if (afterNewline > start)
            return afterNewline;
        return position == utf8.Length || last == start ? position : last;
    }
}
