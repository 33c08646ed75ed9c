namespace Inkstone.Tokenizers;

/// <summary>The white space that an added token takes in from the text about it, in the units of offsets.</summary>
/// <param name="First">The length of the first character of it, if the part of the text begins with it.</param>
/// <param name="Before">How much the part of the text begins with.</param>
/// <param name="After">How much it ends with.</param>
internal readonly record struct OuterSpace(int First, int Before, int After)
{
    /// <summary>Measures a part of the text. (All white space is one unit of UTF-16 a character.)</summary>
    public static OuterSpace Of(ReadOnlySpan<byte> utf8, OffsetUnit unit)
    {
        var (before, after) = (Utf8Text.SpaceAtStart(utf8), Utf8Text.SpaceAtEnd(utf8));
        var first = 0;
        if (before > 0)
            Utf8Text.At(utf8, 0, out first);
        return unit == OffsetUnit.Bytes ? new(first, before, after)
            : new(Math.Min(first, 1), Utf8Text.CountCharacters(utf8[..before]), Utf8Text.CountCharacters(utf8[^after..]));
    }
}
