using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// The printed form of bytes that GPT-2 introduced: each of the 256 bytes is shown as one printable character, so that any byte
/// string can be written in a JSON file. Bytes that print in Latin-1 (33–126, 161–172, 174–255) stand for themselves; the 68
/// others take U+0100, U+0101, … in ascending order (a space, byte 32, becomes <c>Ġ</c>, U+0120).
/// </summary>
public static class ByteLevel
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly short[] Bytes = BuildBytes();

    /// <summary>
    /// The 256 bytes in ascending order of the characters they print as: the order in which byte-level vocabularies number them.
    /// </summary>
    public static ReadOnlySpan<byte> Alphabet => AlphabetBytes;

    private static readonly byte[] AlphabetBytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b).OrderBy(b => Characters[b])];

    /// <summary>The printed form of each byte in UTF-8.</summary>
    internal static byte[][] Utf8 { get; } = [.. Characters.Select(character => Encoding.UTF8.GetBytes([character]))];

    /// <summary>The character a byte prints as.</summary>
    public static char ToCharacter(byte value) => Characters[value];

    /// <summary>The byte a character stands for; false if it stands for none.</summary>
    public static bool TryToByte(char character, out byte value)
    {
        var found = character < Bytes.Length ? Bytes[character] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

    /// <summary>The printed form of a byte string, one character a byte.</summary>
    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
            text.Append(Characters[value]);
        return text.ToString();
    }

    /// <summary>Appends the bytes of a printed form; false, with nothing appended, if a character stands for no byte.</summary>
    public static bool TryToBytes(ReadOnlySpan<char> text, IBufferWriter<byte> destination)
    {
        if (text.IsEmpty)
            return true;
        var bytes = destination.GetSpan(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!TryToByte(text[i], out bytes[i]))
                return false;
        }
        destination.Advance(text.Length);
        return true;
    }

    /// <summary>Appends the bytes of a printed form in UTF-8; false, with nothing appended, if a character stands for no byte.</summary>
    internal static bool TryToBytes(ReadOnlySpan<byte> utf8, IBufferWriter<byte> destination)
    {
        if (utf8.IsEmpty)
            return true;
        var bytes = destination.GetSpan(utf8.Length);
        var count = 0;
        for (var i = 0; i < utf8.Length; i++)
        {
            // No character that stands for a byte takes more than two.
            int character = utf8[i];
            if (character >= 0x80)
            {
                if (character is < 0xC2 or > 0xDF || ++i == utf8.Length)
                    return false;
                character = (character & 0x1F) << 6 | utf8[i] & 0x3F;
            }
            if (!TryToByte((char)character, out bytes[count++]))
                return false;
        }
        destination.Advance(count);
        return true;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var prints = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            characters[value] = (char)(prints ? value : next++);
        }
        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[Characters[value]] = (short)value;
        return bytes;
    }
}
