using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Classes of code points, read from UTF-8. ASCII is one look-up; anything else is decoded and looked up in a two-stage table
/// (blocks of 128 code points, equal blocks shared), filled once from <see cref="CodePoint"/>, at Unicode 16.0, which
/// is what the patterns of Hugging Face tokenizers and of tiktoken know.
/// </summary>
internal static class CharacterClasses
{
    private const int BlockBits = 7;
    private const int BlockSize = 1 << BlockBits;
    private static readonly byte[] OfBytes = BuildByteTable();
    private static readonly ushort[] BlockOf = new ushort[0x110000 >> BlockBits];
    private static readonly byte[] Blocks = BuildBlocks();

    /// <summary>The class of an ASCII byte, or <see cref="CharacterClass.Multibyte"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterClass OfByte(byte value) => (CharacterClass)OfBytes[value];

    /// <summary>The class of a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterClass Of(int codePoint) =>
        (CharacterClass)Blocks[(BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & (BlockSize - 1))];

    /// <summary>
    /// The class of the character at a position inside the text, and its length in bytes. A broken sequence counts as U+FFFD: its
    /// class is Other and its length that of the part .NET replaces by one U+FFFD (the maximal subpart of Unicode, section 3.9).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterClass At(ReadOnlySpan<byte> utf8, int position, out int length)
    {
        var first = OfByte(utf8[position]);
        if (first != CharacterClass.Multibyte)
        {
            length = 1;
            return first;
        }
        return Of(Decode(utf8[position..], out length));
    }

    /// <summary>The first code point of a text that is not empty, and its length in bytes; a broken sequence counts as in <see cref="At"/>.</summary>
    public static int Decode(ReadOnlySpan<byte> utf8, out int length)
    {
        int a = utf8[0];
        if (a < 0x80)
        {
            length = 1;
            return a;
        }
        // Sequences of two and of three bytes, which nearly all text is made of; whatever is unusual is left to the platform.
        if (a is >= 0xC2 and < 0xE0 && utf8.Length > 1 && (utf8[1] & 0xC0) == 0x80)
        {
            length = 2;
            return ((a & 0x1F) << 6) | (utf8[1] & 0x3F);
        }
        if (a is > 0xE0 and < 0xF0 && utf8.Length > 2 && (utf8[1] & 0xC0) == 0x80 && (utf8[2] & 0xC0) == 0x80 && (a != 0xED || utf8[1] < 0xA0))
        {
            length = 3;
            return ((a & 0x0F) << 12) | ((utf8[1] & 0x3F) << 6) | (utf8[2] & 0x3F);
        }
        Rune.DecodeFromUtf8(utf8, out var rune, out length);
        return rune.Value;
    }

    private static byte[] BuildByteTable()
    {
        var table = new byte[256];
        for (var value = 0; value < 256; value++)
            table[value] = (byte)(value < 128 ? Classify(value) : CharacterClass.Multibyte);
        return table;
    }

    private static byte[] BuildBlocks()
    {
        var blocks = new List<byte>();
        var known = new Dictionary<string, ushort>();
        var block = new char[BlockSize];
        for (var start = 0; start < 0x110000; start += BlockSize)
        {
            for (var i = 0; i < BlockSize; i++)
                block[i] = (char)Classify(start + i);
            var key = new string(block);
            if (!known.TryGetValue(key, out var index))
            {
                index = (ushort)known.Count;
                known.Add(key, index);
                foreach (var value in block)
                    blocks.Add((byte)value);
            }
            BlockOf[start >> BlockBits] = index;
        }
        return [.. blocks];
    }

    private static CharacterClass Classify(int codePoint) => codePoint switch
    {
        '\r' or '\n' => CharacterClass.Newline,
        _ when CodePoint.IsWhiteSpace(codePoint) => CharacterClass.Space,
        _ => CodePoint.Category(codePoint) switch
        {
            <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            _ => CharacterClass.Other,
        },
    };
}
