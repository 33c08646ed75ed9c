using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Cuts as a scanner does, but at the version of Unicode of llama.cpp's tables. Where a piece, or the character after it, is younger, its
/// end is found by the pattern.
/// </summary>
/// <param name="scanner">A scanner whose pieces depend on their characters, the one after, and how white space goes on.</param>
/// <param name="pattern">Its pattern.</param>
internal sealed class OlderPreTokenizer(PreTokenizer scanner, string pattern) : PreTokenizer
{
    // The bytes that begin letters and numbers which Unicode 16.0 has added.
    private static readonly SearchValues<byte> Leading = SearchValues.Create([0xE1, 0xEA, 0xF0]);

    private readonly Lazy<TextPattern> _pattern = new(() => TextPattern.Parse(pattern, PatternDialect.Llama));

    /// <summary>The scanner at the newest version.</summary>
    public PreTokenizer Newer => scanner;

    /// <inheritdoc/>
    public override string Name => scanner.Name;

    /// <inheritdoc/>
    public override string Pattern => scanner.Pattern;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> Expressions => scanner.Expressions;

    /// <inheritdoc/>
    public override int Next(ReadOnlySpan<byte> utf8, int start)
    {
        var end = scanner.Next(utf8, start);
        var seen = utf8[start..(end < utf8.Length ? end + Utf8Text.LengthAt(utf8, end) : end)];
        if (Ascii.IsValid(seen) || !seen.ContainsAny(Leading) || !HasYounger(seen))
            return end;
        if (!_pattern.Value.TryFind(utf8, start, out var matchStart, out var matchEnd))
            return utf8.Length;
        return matchStart > start ? matchStart : matchEnd;
    }

    private static bool HasYounger(ReadOnlySpan<byte> utf8)
    {
        for (int position = 0, length; position < utf8.Length; position += length)
        {
            if (CodePoint.Age(Utf8Text.At(utf8, position, out length)) > GgufBertNormalizer.UnicodeVersion)
                return true;
        }
        return false;
    }
}
