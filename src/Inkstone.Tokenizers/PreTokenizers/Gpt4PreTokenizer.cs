namespace Inkstone.Tokenizers;

/// <summary>
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>,
/// the pattern published with the cl100k vocabulary and with Llama 3 (three digits) and Qwen 2 (one digit). Case is ignored in
/// contractions over code points, so <c>'ſ</c> (U+017F, which folds to s) is one of them. White space is read at most twice for
/// each piece it yields, and what is read twice is yielded by the next piece whole, so the scan is linear.
/// </summary>
internal sealed class Gpt4PreTokenizer(int longestNumber) : PreTokenizer
{
    public override string Name => longestNumber == 1 ? "qwen2" : "gpt4";

    public override string Pattern { get; } =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + (longestNumber == 1 ? @"\p{N}" : @"\p{N}{1,3}")
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public override int Next(ReadOnlySpan<byte> utf8, int start)
    {
        if (utf8[start] == '\'')
        {
            var contraction = ContractionLength(utf8[start..]);
            if (contraction > 0)
                return start + contraction;
        }
        var kind = CharacterClasses.At(utf8, start, out var length);
        var position = start + length;
        switch (kind)
        {
            case CharacterClass.Letter:
                return SkipRun(utf8, position, CharacterClass.Letter);
            case CharacterClass.Number:
                for (var digits = 1; digits < longestNumber && position < utf8.Length; digits++)
                {
                    if (CharacterClasses.At(utf8, position, out length) != CharacterClass.Number)
                        break;
                    position += length;
                }
                return position;
        }
        var following = position < utf8.Length ? CharacterClasses.At(utf8, position, out length) : CharacterClass.Space;
        if (kind != CharacterClass.Newline && following == CharacterClass.Letter)
            return SkipRun(utf8, position + length, CharacterClass.Letter);
        if (kind == CharacterClass.Other || (utf8[start] == ' ' && following == CharacterClass.Other))
            return SkipRun(utf8, SkipRun(utf8, position, CharacterClass.Other), CharacterClass.Newline);
        return SkipLines(utf8, start);
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: up to the last line end of the run of white space, if it has one.</summary>
    private static int SkipLines(ReadOnlySpan<byte> utf8, int start)
    {
        int position = start, afterNewline = start;
        while (position < utf8.Length && CharacterClasses.At(utf8, position, out var length) is var kind && IsWhite(kind))
        {
            position += length;
            if (kind == CharacterClass.Newline)
                afterNewline = position;
        }
        return afterNewline > start ? afterNewline : SkipSpaces(utf8, start);
    }

    private static int ContractionLength(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < 2)
            return 0;
        var second = utf8[1] | 0x20;
        if (second is 's' or 't' or 'm' or 'd')
            return 2;
        if (utf8.Length < 3)
            return 0;
        if (utf8[1] == 0xC5 && utf8[2] == 0xBF)
            return 3;
        var third = utf8[2] | 0x20;
        return (second, third) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
