
namespace Inkstone.Tokenizers;

/// <summary>Small questions about UTF-8.</summary>
internal static class Utf8Text
{
    /// <summary>How many characters (code points) valid UTF-8 holds.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var value in utf8)
            count += (value & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }

    /// <summary>The length in bytes of the character that begins at a place, by its first byte, and no further than the end.</summary>
    public static int LengthAt(ReadOnlySpan<byte> utf8, int position) => Math.Min(LengthOf(utf8[position]), utf8.Length - position);

    /// <summary>The length in bytes of a character, by its first byte; a byte that begins none is one by itself.</summary>
    public static int LengthOf(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>The character that begins at a place of valid UTF-8, and its length in bytes.</summary>
    public static int At(ReadOnlySpan<byte> utf8, int position, out int length)
    {
        var first = utf8[position];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }
        return CharacterClasses.Decode(utf8[position..], out length);
    }

    /// <summary>Where the character before a place begins.</summary>
    public static int Before(ReadOnlySpan<byte> utf8, int position)
    {
        position--;
        while (position > 0 && (utf8[position] & 0xC0) == 0x80)
            position--;
        return position;
    }

    /// <summary>How many bytes of white space valid UTF-8 begins with.</summary>
    public static int SpaceAtStart(ReadOnlySpan<byte> utf8)
    {
        var end = 0;
        while (end < utf8.Length && CodePoint.IsWhiteSpace(At(utf8, end, out var length)))
            end += length;
        return end;
    }

    /// <summary>How many bytes of white space valid UTF-8 ends with.</summary>
    public static int SpaceAtEnd(ReadOnlySpan<byte> utf8)
    {
        var start = utf8.Length;
        while (start > 0 && Before(utf8, start) is var before && CodePoint.IsWhiteSpace(At(utf8, before, out _)))
            start = before;
        return utf8.Length - start;
    }
}
