namespace Inkstone.Tokenizers;

/// <summary>
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>,
/// the pattern published with the cl100k vocabulary and with Llama 3 (three digits) and Qwen 2 (one digit). Case is ignored in
/// contractions over code points, so <c>'ſ</c> (U+017F, which folds to s) is one of them. White space is read at most twice for
/// each piece it yields, and what is read twice is yielded by the next piece whole, so the scan is linear.
/// </summary>
/// <param name="longestNumber">Digits that a piece holds at most.</param>
/// <param name="foldsLongS">Whether that <c>ſ</c> is; llama.cpp writes the cases out, <c>'[sS]</c>, and so leaves it alone.</param>
/// <param name="wholeTail">Whether white space that ends the text is one piece, as in the possessive form that tiktoken gives today.</param>
internal sealed class Gpt4PreTokenizer(int longestNumber, bool foldsLongS = true, bool wholeTail = false) : PreTokenizer
{
    public override string Name => longestNumber == 1 ? "qwen2" : "gpt4";

    public override string Pattern { get; } =
        (foldsLongS ? "(?i:'s|'t|'re|'ve|'m|'ll|'d)" : "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])")
        + @"|[^\r\n\p{L}\p{N}]?\p{L}+|" + (longestNumber == 1 ? @"\p{N}" : @"\p{N}{1,3}")
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|" + (wholeTail ? @"\s++$|" : "") + @"\s*[\r\n]+|\s+(?!\S)|\s+";

    public override int Next(ReadOnlySpan<byte> utf8, int start)
    {
        if (utf8[start] == '\'')
        {
            var contraction = Contraction.Length(utf8[start..], foldsLongS);
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
        return WhiteSpace.Next(utf8, start, wholeTail);
    }
}
