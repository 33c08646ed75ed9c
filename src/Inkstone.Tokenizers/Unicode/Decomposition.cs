using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Decomposition and composition of code points (Unicode Standard, section 3.11); Hangul syllables by arithmetic (section 3.12).</summary>
internal static class Decomposition
{
    /// <summary>No decomposition of a code point has more code points.</summary>
    public const int LongestDecomposition = 18;

    private const int BlockBits = 7;
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Writes the full decomposition of a code point.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="compatibility">Whether compatibility mappings count too.</param>
    /// <param name="destination">Room for <see cref="LongestDecomposition"/> code points.</param>
    /// <returns>How many were written; 1, the code point itself, where it does not decompose.</returns>
    public static int Decompose(int codePoint, bool compatibility, Span<int> destination)
    {
        var syllable = codePoint - SyllableBase;
        if ((uint)syllable < SyllableCount)
        {
            destination[0] = LeadBase + (syllable / (VowelCount * TrailCount));
            destination[1] = VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount);
            destination[2] = TrailBase + (syllable % TrailCount);
            return syllable % TrailCount == 0 ? 2 : 3;
        }
        var entry = DecompositionTables.Blocks[
            (DecompositionTables.BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & ((1 << BlockBits) - 1))];
        int start = compatibility ? DecompositionTables.CompatibilityStart[entry] : DecompositionTables.CanonicalStart[entry];
        int length = compatibility ? DecompositionTables.CompatibilityLength[entry] : DecompositionTables.CanonicalLength[entry];
        if (length == 0)
        {
            destination[0] = codePoint;
            return 1;
        }
        var rest = DecompositionTables.Pool.Slice(start, length);
        var count = 0;
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf8(rest, out var rune, out var read);
            destination[count++] = rune.Value;
            rest = rest[read..];
        }
        return count;
    }

    /// <summary>What two code points compose to, or −1.</summary>
    public static int Compose(int first, int second)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if ((uint)lead < LeadCount)
            return (uint)vowel < VowelCount ? SyllableBase + (((lead * VowelCount) + vowel) * TrailCount) : -1;
        int syllable = first - SyllableBase, trail = second - TrailBase;
        if ((uint)syllable < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
            return first + trail;
        var found = DecompositionTables.Pairs.BinarySearch(((ulong)first << 21) | (uint)second);
        return found < 0 ? -1 : (int)DecompositionTables.Composites[found];
    }
}
