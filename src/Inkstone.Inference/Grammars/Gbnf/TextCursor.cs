using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>A place in a notation that is read character by character; errors tell line and column.</summary>
/// <param name="text">The notation.</param>
/// <param name="name">What errors call it.</param>
internal sealed class TextCursor(string text, string name)
{
    public int Position { get; set; }

    public bool AtEnd => Position >= text.Length;

    /// <summary>The next UTF-16 unit; U+0000 at the end.</summary>
    public char Peek => AtEnd ? '\0' : text[Position];

    /// <summary>The next unit but one.</summary>
    public char PeekAfter => Position + 1 < text.Length ? text[Position + 1] : '\0';

    /// <summary>Passes a text if it stands here.</summary>
    public bool Take(string expected)
    {
        if (string.CompareOrdinal(text, Position, expected, 0, expected.Length) != 0)
            return false;
        Position += expected.Length;
        return true;
    }

    /// <summary>Whether a text stands here.</summary>
    public bool Sees(string expected) => string.CompareOrdinal(text, Position, expected, 0, expected.Length) == 0;

    /// <summary>What has been read since a place.</summary>
    public string Since(int start) => text[start..Position];

    /// <summary>Reads one code point.</summary>
    public int CodePoint()
    {
        if (AtEnd)
            throw Error("the text ends too early");
        if (!Rune.TryGetRuneAt(text, Position, out var rune))
            throw Error("half of a surrogate pair");
        Position += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>Reads a code point of so many hexadecimal digits.</summary>
    public int Hexadecimal(int digits)
    {
        var value = 0L;
        for (var i = 0; i < digits; i++)
        {
            if (!char.IsAsciiHexDigit(Peek))
                throw Error("an escape has too few digits", string.Create(CultureInfo.InvariantCulture, $"{digits} hexadecimal digits"));
            value = value * 16 + Convert.ToInt32(text.Substring(Position++, 1), 16);
        }
        return value < int.MaxValue && Rune.IsValid((int)value) ? (int)value : throw Error("an escape is no character", "a Unicode scalar value");
    }

    /// <summary>Reads a decimal number up to a bound; −1 if none stands here.</summary>
    public int Number(int most)
    {
        if (!char.IsAsciiDigit(Peek))
            return -1;
        var value = 0L;
        while (char.IsAsciiDigit(Peek))
        {
            value = value * 10 + (Peek - '0');
            if (value > most)
                throw Error("a count is too large", string.Create(CultureInfo.InvariantCulture, $"at most {most}"));
            Position++;
        }
        return (int)value;
    }

    /// <summary>An error at this place.</summary>
    public InkstoneRequestException Error(string what, string? expected = null, string? fix = null) => ErrorAt(Position, what, expected, fix);

    /// <summary>An error at a place.</summary>
    public InkstoneRequestException ErrorAt(int place, string what, string? expected = null, string? fix = null)
    {
        place = Math.Min(place, text.Length);
        var before = text.AsSpan(0, place);
        var found = place == text.Length ? "the end" : Excerpt.Of(text[place..Math.Min(text.Length, place + 40)], 20);
        return new(what, string.Create(CultureInfo.InvariantCulture, $"{name}, line {before.Count('\n') + 1}, column {place - before.LastIndexOf('\n')}"), expected, found, fix);
    }
}
