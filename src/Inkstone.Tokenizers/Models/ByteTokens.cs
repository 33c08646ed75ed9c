using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>Tokens that stand for single bytes and are written <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
internal static class ByteTokens
{
    /// <summary>The lookup of a token's bytes: its id, or −1.</summary>
    public delegate int Lookup(ReadOnlySpan<byte> token);

    /// <summary>The id of each byte's token; −1 where a vocabulary lacks it.</summary>
    public static int[] Find(Lookup lookup)
    {
        var ids = new int[256];
        Span<byte> name = stackalloc byte[6];
        for (var value = 0; value < 256; value++)
        {
            "<0x"u8.CopyTo(name);
            value.TryFormat(name[3..], out _, "X2", CultureInfo.InvariantCulture);
            name[5] = (byte)'>';
            ids[value] = lookup(name);
        }
        return ids;
    }

    /// <summary>Whether all bytes have a token.</summary>
    public static bool HasAll(ReadOnlySpan<int> ids, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (ids[value] < 0)
                return false;
        }
        return true;
    }

    /// <summary>The byte a token stands for, or −1 if it stands for none.</summary>
    public static int ValueOf(ReadOnlySpan<byte> token) =>
        token.Length == 6 && token.StartsWith("<0x"u8) && token[5] == '>' && token[3..5].IndexOfAnyInRange((byte)'a', (byte)'f') < 0
        && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
