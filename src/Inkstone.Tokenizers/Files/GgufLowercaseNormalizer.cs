namespace Inkstone.Tokenizers;

/// <summary>Lower case as llama.cpp has it: each character becomes one, by the simple mapping of Unicode 15.1.</summary>
internal sealed class GgufLowercaseNormalizer : CharacterNormalizer
{
    /// <inheritdoc/>
    protected override int LengthUnchanged(ReadOnlySpan<byte> utf8)
    {
        var length = AsciiLength(utf8);
        return utf8[..length].IndexOfAnyInRange((byte)'A', (byte)'Z') is >= 0 and var capital ? capital : length;
    }

    /// <inheritdoc/>
    protected override bool Stays(int codePoint) => Lower(codePoint) == codePoint;

    /// <inheritdoc/>
    protected override void Write(int codePoint, NormalizedText text, int position) => text.Append(Lower(codePoint), position);

    private static int Lower(int codePoint) =>
        CodePoint.Age(codePoint) is > 0 and <= GgufBertNormalizer.UnicodeVersion ? CodePoint.ToLower(codePoint) : codePoint;
}
