using System.Runtime.InteropServices;

namespace Inkstone.Corpus;

/// <summary>
/// The shingles of a text: the hash of every run of n words. A word is a run of letters and digits, letter case aside;
/// in scripts written without spaces each character is a word. Punctuation and spacing do not count.
/// </summary>
internal static class Shingles
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15UL;

    /// <summary>Writes the hash of each shingle, repeats included; one shingle where there are fewer words than n.</summary>
    public static void Collect(ReadOnlySpan<char> text, int words, List<uint> destination)
    {
        destination.Clear();
        Span<ulong> window = stackalloc ulong[words];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]) && !char.IsSurrogate(text[i]))
            {
                i++;
                continue;
            }
            var hash = 0xCBF29CE484222325UL;
            if (IsUnspaced(text[i]))
                hash = (hash ^ text[i++]) * Multiplier;
            else
            {
                while (i < text.Length && (char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])) && !IsUnspaced(text[i]))
                    hash = (hash ^ Fold(text[i++])) * 0x100000001B3UL;
            }
            window[count++ % words] = hash;
            if (count >= words)
                destination.Add(Combine(window, count % words));
        }
        if (count > 0 && count < words)
            destination.Add(Combine(window[..count], 0));
    }

    /// <summary>The set of shingle hashes: what the Jaccard similarity is of.</summary>
    public static HashSet<uint> Set(ReadOnlySpan<char> text, int words)
    {
        var list = new List<uint>();
        Collect(text, words, list);
        return [.. CollectionsMarshal.AsSpan(list)];
    }

    private static uint Combine(ReadOnlySpan<ulong> window, int oldest)
    {
        var hash = 0UL;
        for (var i = 0; i < window.Length; i++)
        {
            var index = oldest + i;
            hash = (hash ^ window[index < window.Length ? index : index - window.Length]) * Multiplier;
            hash ^= hash >> 29;
        }
        return (uint)(hash >> 32);
    }

    private static char Fold(char c) => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;

    // Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese
    private static bool IsUnspaced(char c) =>
        c is >= '\u0E00' and (<= '\u0EFF' or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF')
            or (>= '\u2E80' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF'));
}
