using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Inkstone.Tokenizers;

/// <summary>Hashing of short byte strings: eight bytes at a time, multiply and fold. Good for tables, worthless as a digest.</summary>
internal static class ByteHash
{
    private const ulong Prime = 0x9E3779B97F4A7C15UL;

    /// <summary>A 32-bit hash of the bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Prime ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        if (!bytes.IsEmpty)
            hash = Fold(hash ^ Tail(bytes));
        return (uint)(hash ^ (hash >> 32));
    }

    /// <summary>A 32-bit hash of two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(ulong low, ulong high)
    {
        var hash = Fold(low ^ Fold(high ^ Prime));
        return (uint)(hash ^ (hash >> 32));
    }

    /// <summary>At most seven bytes as one little-endian word.</summary>
    public static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        var word = 0UL;
        for (var i = 0; i < bytes.Length; i++)
            word |= (ulong)bytes[i] << (8 * i);
        return word;
    }

    /// <summary>
    /// A piece of at most fifteen bytes as two words, zeros after its end and its length in the last byte: equal words, equal pieces.
    /// </summary>
    /// <param name="text">The text the piece lies in; where sixteen bytes of it remain they are read at once.</param>
    /// <param name="start">Where the piece begins.</param>
    /// <param name="length">The length of the piece, 1 to 15.</param>
    /// <param name="low">Bytes 0 to 7.</param>
    /// <param name="high">Bytes 8 to 14 and the length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(ReadOnlySpan<byte> text, int start, int length, out ulong low, out ulong high)
    {
        if (start + 16 <= text.Length)
        {
            var from = text.Slice(start, 16);
            low = BinaryPrimitives.ReadUInt64LittleEndian(from);
            high = BinaryPrimitives.ReadUInt64LittleEndian(from[8..]);
            if (length < 8)
            {
                low &= (1UL << (8 * length)) - 1;
                high = 0;
            }
            else
                high &= (1UL << (8 * (length - 8))) - 1;
        }
        else if (length < 8)
        {
            low = Tail(text.Slice(start, length));
            high = 0;
        }
        else
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(text[start..]);
            high = Tail(text.Slice(start + 8, length - 8));
        }
        high |= (ulong)length << 56;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong word)
    {
        var high = Math.BigMul(word, Prime, out var low);
        return high ^ low;
    }
}
