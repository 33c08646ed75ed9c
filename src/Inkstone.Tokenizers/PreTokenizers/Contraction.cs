namespace Inkstone.Tokenizers;

/// <summary>English contractions, whatever their case: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>.</summary>
internal static class Contraction
{
    /// <summary>The length in bytes of the contraction that begins at an apostrophe; 0 where there is none.</summary>
    /// <param name="utf8">The text from the apostrophe on.</param>
    /// <param name="foldsLongS">Whether case is ignored over all of Unicode, where ſ (U+017F) is an s too.</param>
    public static int Length(ReadOnlySpan<byte> utf8, bool foldsLongS)
    {
        if (utf8.Length < 2)
            return 0;
        var second = utf8[1] | 0x20;
        if (second is 's' or 't' or 'm' or 'd')
            return 2;
        if (utf8.Length < 3)
            return 0;
        if (foldsLongS && utf8[1] == 0xC5 && utf8[2] == 0xBF)
            return 3;
        var third = utf8[2] | 0x20;
        return (second, third) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
