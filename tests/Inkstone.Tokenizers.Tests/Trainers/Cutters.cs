using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Ways to cut text that trainers are tested with.</summary>
internal static class Cutters
{
    /// <summary>Each text is one piece.</summary>
    public static long Lines(ReadOnlySpan<byte> utf8, PieceCounts counts)
    {
        if (utf8.IsEmpty)
            return 0;
        counts.Add(utf8);
        return 1;
    }

    /// <summary>What stands between white space.</summary>
    public static long Spaces(ReadOnlySpan<byte> utf8, PieceCounts counts)
    {
        long count = 0;
        var start = 0;
        for (int at = 0, length; at < utf8.Length; at += length)
        {
            Rune.DecodeFromUtf8(utf8[at..], out var character, out length);
            if (!CodePoint.IsWhiteSpace(character.Value))
                continue;
            count += Add(utf8[start..at], counts);
            start = at + length;
        }
        return count + Add(utf8[start..], counts);
    }

    /// <summary>What <see cref="Spaces"/> counts in a text, as often as it occurs.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var counts = new PieceCounts();
        Spaces(Encoding.UTF8.GetBytes(text), counts);
        return [.. counts.Entries.ToArray().SelectMany(entry => Enumerable.Repeat(Encoding.UTF8.GetString(counts.Bytes(entry)), (int)entry.Count))];
    }

    private static int Add(ReadOnlySpan<byte> piece, PieceCounts counts)
    {
        if (piece.IsEmpty)
            return 0;
        counts.Add(piece);
        return 1;
    }
}
