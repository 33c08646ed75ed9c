using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Counts of what people see in a text, by Unicode 15.0.</summary>
public static class TextUnits
{
    /// <summary>How many words: what lies between word boundaries (UAX 29) and has a letter, a digit or an ideograph.</summary>
    public static int CountWords(ReadOnlySpan<char> text)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        var count = 0;
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = WordBoundaries.Next(utf8, start);
            for (int position = start, length; position < end; position += length)
            {
                if (!CodePoint.IsWord(Utf8Text.At(utf8, position, out length)))
                    continue;
                count++;
                break;
            }
        }
        return count;
    }

    /// <summary>How many characters as people see them: extended grapheme clusters (UAX 29).</summary>
    public static int CountCharacters(ReadOnlySpan<char> text)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        var count = 0;
        for (var position = 0; position < utf8.Length; count++)
            position = GraphemeBoundaries.Next(utf8, position);
        return count;
    }
}
