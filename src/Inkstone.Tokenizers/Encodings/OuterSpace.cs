namespace Inkstone.Tokenizers;

/// <summary>How many characters of white space a token begins and ends with, as Hugging Face counts them where it trims offsets: the visible character for a space is one too.</summary>
/// <param name="Before">At the beginning.</param>
/// <param name="After">At the end.</param>
internal readonly record struct OuterSpace(int Before, int After)
{
    private static readonly int SpaceCharacter = ByteLevel.ToCharacter((byte)' ');

    /// <summary>Counts those of a text.</summary>
    public static OuterSpace Of(ReadOnlySpan<byte> utf8)
    {
        var (before, after) = (0, 0);
        for (int position = 0, length; position < utf8.Length && IsSpace(Utf8Text.At(utf8, position, out length)); position += length)
            before++;
        for (var end = utf8.Length; end > 0 && Utf8Text.Before(utf8, end) is var last && IsSpace(Utf8Text.At(utf8, last, out _)); end = last)
            after++;
        return new(before, after);
    }

    /// <summary>Counts those of a text.</summary>
    public static OuterSpace Of(string text)
    {
        var (before, after) = (0, 0);
        while (before < text.Length && IsSpace(text[before]))
            before++;
        while (after < text.Length && IsSpace(text[^(after + 1)]))
            after++;
        return new(before, after);
    }

    // All white space lies in the first plane.
    private static bool IsSpace(int character) => character == SpaceCharacter || CodePoint.IsWhiteSpace(character);
}
