using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// Upper, lower and title case as Python's strings have them: the full mappings of UnicodeData.txt and SpecialCasing.txt. Upper case is
/// the inverse of the lower-case table, but for what stands here.
/// </summary>
internal static class CaseMapping
{
    private const int UnicodeVersion = 140; // times ten
    private const int LastWithCase = 0x1E943, Sigma = 0x3A3, FinalSigma = 0x3C2, DottedI = 0x130;
    private static readonly Dictionary<int, string> Upper = BuildUpper();
    private static readonly Dictionary<int, string> Title = Read(TitleExceptions);

    // Each a character and what it becomes.
    private const string UpperExceptions =
        "\u00B5\u039C \u00DF\u0053\u0053 \u0131\u0049 \u0149\u02BC\u004E \u017F\u0053 \u01C5\u01C4 \u01C8\u01C7 \u01CB\u01CA " +
        "\u01F0\u004A\u030C \u01F2\u01F1 \u0345\u0399 \u0390\u0399\u0308\u0301 \u03B0\u03A5\u0308\u0301 \u03C2\u03A3 " +
        "\u03D0\u0392 \u03D1\u0398 \u03D5\u03A6 \u03D6\u03A0 \u03F0\u039A \u03F1\u03A1 \u03F5\u0395 \u0587\u0535\u0552 " +
        "\u1C80\u0412 \u1C81\u0414 \u1C82\u041E \u1C83\u0421 \u1C84\u0422 \u1C85\u0422 \u1C86\u042A \u1C87\u0462 \u1C88\uA64A " +
        "\u1E96\u0048\u0331 \u1E97\u0054\u0308 \u1E98\u0057\u030A \u1E99\u0059\u030A \u1E9A\u0041\u02BE \u1E9B\u1E60 " +
        "\u1F50\u03A5\u0313 \u1F52\u03A5\u0313\u0300 \u1F54\u03A5\u0313\u0301 \u1F56\u03A5\u0313\u0342 \u1F80\u1F08\u0399 " +
        "\u1F81\u1F09\u0399 \u1F82\u1F0A\u0399 \u1F83\u1F0B\u0399 \u1F84\u1F0C\u0399 \u1F85\u1F0D\u0399 \u1F86\u1F0E\u0399 " +
        "\u1F87\u1F0F\u0399 \u1F88\u1F08\u0399 \u1F89\u1F09\u0399 \u1F8A\u1F0A\u0399 \u1F8B\u1F0B\u0399 \u1F8C\u1F0C\u0399 " +
        "\u1F8D\u1F0D\u0399 \u1F8E\u1F0E\u0399 \u1F8F\u1F0F\u0399 \u1F90\u1F28\u0399 \u1F91\u1F29\u0399 \u1F92\u1F2A\u0399 " +
        "\u1F93\u1F2B\u0399 \u1F94\u1F2C\u0399 \u1F95\u1F2D\u0399 \u1F96\u1F2E\u0399 \u1F97\u1F2F\u0399 \u1F98\u1F28\u0399 " +
        "\u1F99\u1F29\u0399 \u1F9A\u1F2A\u0399 \u1F9B\u1F2B\u0399 \u1F9C\u1F2C\u0399 \u1F9D\u1F2D\u0399 \u1F9E\u1F2E\u0399 " +
        "\u1F9F\u1F2F\u0399 \u1FA0\u1F68\u0399 \u1FA1\u1F69\u0399 \u1FA2\u1F6A\u0399 \u1FA3\u1F6B\u0399 \u1FA4\u1F6C\u0399 " +
        "\u1FA5\u1F6D\u0399 \u1FA6\u1F6E\u0399 \u1FA7\u1F6F\u0399 \u1FA8\u1F68\u0399 \u1FA9\u1F69\u0399 \u1FAA\u1F6A\u0399 " +
        "\u1FAB\u1F6B\u0399 \u1FAC\u1F6C\u0399 \u1FAD\u1F6D\u0399 \u1FAE\u1F6E\u0399 \u1FAF\u1F6F\u0399 \u1FB2\u1FBA\u0399 " +
        "\u1FB3\u0391\u0399 \u1FB4\u0386\u0399 \u1FB6\u0391\u0342 \u1FB7\u0391\u0342\u0399 \u1FBC\u0391\u0399 \u1FBE\u0399 " +
        "\u1FC2\u1FCA\u0399 \u1FC3\u0397\u0399 \u1FC4\u0389\u0399 \u1FC6\u0397\u0342 \u1FC7\u0397\u0342\u0399 " +
        "\u1FCC\u0397\u0399 \u1FD2\u0399\u0308\u0300 \u1FD3\u0399\u0308\u0301 \u1FD6\u0399\u0342 \u1FD7\u0399\u0308\u0342 " +
        "\u1FE2\u03A5\u0308\u0300 \u1FE3\u03A5\u0308\u0301 \u1FE4\u03A1\u0313 \u1FE6\u03A5\u0342 \u1FE7\u03A5\u0308\u0342 " +
        "\u1FF2\u1FFA\u0399 \u1FF3\u03A9\u0399 \u1FF4\u038F\u0399 \u1FF6\u03A9\u0342 \u1FF7\u03A9\u0342\u0399 " +
        "\u1FFC\u03A9\u0399 \uFB00\u0046\u0046 \uFB01\u0046\u0049 \uFB02\u0046\u004C \uFB03\u0046\u0046\u0049 " +
        "\uFB04\u0046\u0046\u004C \uFB05\u0053\u0054 \uFB06\u0053\u0054 \uFB13\u0544\u0546 \uFB14\u0544\u0535 " +
        "\uFB15\u0544\u053B \uFB16\u054E\u0546 \uFB17\u0544\u053D";

    private const string TitleExceptions =
        "\u00DF\u0053\u0073 \u01C4\u01C5 \u01C5\u01C5 \u01C6\u01C5 \u01C7\u01C8 \u01C8\u01C8 \u01C9\u01C8 \u01CA\u01CB " +
        "\u01CB\u01CB \u01CC\u01CB \u01F1\u01F2 \u01F2\u01F2 \u01F3\u01F2 \u0587\u0535\u0582 \u1F80\u1F88 \u1F81\u1F89 " +
        "\u1F82\u1F8A \u1F83\u1F8B \u1F84\u1F8C \u1F85\u1F8D \u1F86\u1F8E \u1F87\u1F8F \u1F88\u1F88 \u1F89\u1F89 \u1F8A\u1F8A " +
        "\u1F8B\u1F8B \u1F8C\u1F8C \u1F8D\u1F8D \u1F8E\u1F8E \u1F8F\u1F8F \u1F90\u1F98 \u1F91\u1F99 \u1F92\u1F9A \u1F93\u1F9B " +
        "\u1F94\u1F9C \u1F95\u1F9D \u1F96\u1F9E \u1F97\u1F9F \u1F98\u1F98 \u1F99\u1F99 \u1F9A\u1F9A \u1F9B\u1F9B \u1F9C\u1F9C " +
        "\u1F9D\u1F9D \u1F9E\u1F9E \u1F9F\u1F9F \u1FA0\u1FA8 \u1FA1\u1FA9 \u1FA2\u1FAA \u1FA3\u1FAB \u1FA4\u1FAC \u1FA5\u1FAD " +
        "\u1FA6\u1FAE \u1FA7\u1FAF \u1FA8\u1FA8 \u1FA9\u1FA9 \u1FAA\u1FAA \u1FAB\u1FAB \u1FAC\u1FAC \u1FAD\u1FAD \u1FAE\u1FAE " +
        "\u1FAF\u1FAF \u1FB2\u1FBA\u0345 \u1FB3\u1FBC \u1FB4\u0386\u0345 \u1FB7\u0391\u0342\u0345 \u1FBC\u1FBC " +
        "\u1FC2\u1FCA\u0345 \u1FC3\u1FCC \u1FC4\u0389\u0345 \u1FC7\u0397\u0342\u0345 \u1FCC\u1FCC \u1FF2\u1FFA\u0345 " +
        "\u1FF3\u1FFC \u1FF4\u038F\u0345 \u1FF7\u03A9\u0342\u0345 \u1FFC\u1FFC \uFB00\u0046\u0066 \uFB01\u0046\u0069 " +
        "\uFB02\u0046\u006C \uFB03\u0046\u0066\u0069 \uFB04\u0046\u0066\u006C \uFB05\u0053\u0074 \uFB06\u0053\u0074 " +
        "\uFB13\u0544\u0576 \uFB14\u0544\u0565 \uFB15\u0544\u056B \uFB16\u054E\u0576 \uFB17\u0544\u056D";

    /// <summary><c>str.upper()</c>.</summary>
    public static TextValue ToUpper(TextValue value, RenderState state) => Map(value, state, (point, _) => Upper.GetValueOrDefault(point));

    /// <summary><c>str.lower()</c>.</summary>
    public static TextValue ToLower(TextValue value, RenderState state) => Map(value, state, (point, at) => Lower(value.Text, point, at));

    /// <summary><c>str.swapcase()</c>: a character in title case is neither upper nor lower, and stays.</summary>
    public static TextValue Swap(TextValue value, RenderState state) => Map(value, state,
        (point, at) => CodePoint.Category(point) == UnicodeCategory.TitlecaseLetter ? null : Upper.GetValueOrDefault(point) ?? Lower(value.Text, point, at));

    /// <summary><c>str.capitalize()</c>: the first character in title case, the rest in lower case.</summary>
    public static TextValue Capitalize(TextValue value, RenderState state) => Map(value, state,
        (point, at) => at == 0 ? TitleOf(point) : Lower(value.Text, point, at));

    /// <summary><c>str.title()</c>: what follows a letter in lower case, other letters in title case.</summary>
    public static TextValue ToTitle(TextValue value, RenderState state)
    {
        var follows = false;
        return Map(value, state, (point, at) =>
        {
            var mapped = follows ? Lower(value.Text, point, at) : TitleOf(point);
            follows = IsCased(point);
            return mapped;
        });
    }

    /// <summary>Whether a character has case.</summary>
    public static bool IsCased(int point) => IsUpper(point) || IsLower(point) || CodePoint.Category(point) == UnicodeCategory.TitlecaseLetter;

    /// <summary>The property Uppercase.</summary>
    public static bool IsUpper(int point) => CodePoint.Category(point) == UnicodeCategory.UppercaseLetter
        || point is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189);

    /// <summary>The property Lowercase.</summary>
    public static bool IsLower(int point) => CodePoint.Category(point) == UnicodeCategory.LowercaseLetter
        || point is 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A
            or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x2071 or 0x207F or (>= 0x2090 and <= 0x209C)
            or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770 or 0xA7F8 or 0xA7F9
            or (>= 0xAB5C and <= 0xAB5F);

    private static string? TitleOf(int point) => Title.TryGetValue(point, out var title) ? title
        : point is >= 0x10D0 and <= 0x10FF ? null : Upper.GetValueOrDefault(point);

    private static string? Lower(string text, int point, int at)
    {
        if (point == Sigma)
            return char.ConvertFromUtf32(IsFinal(text, at) ? FinalSigma : Sigma + 0x20);
        if (point == DottedI)
            return "i\u0307";
        var lower = LowerOf(point);
        return lower == point ? null : char.ConvertFromUtf32(lower);
    }

    // The tables know a few cases of code points that are younger than Python 3.11's Unicode.
    private static int LowerOf(int point) => CodePoint.Age(point) is 0 or > UnicodeVersion ? point : CodePoint.ToLower(point);

    // A sigma at the end of a word: after a character with case, and not before one, whatever ignores case between.
    private static bool IsFinal(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsIgnored(text, before))
            before--;
        var after = at + 1;
        while (after < text.Length && IsIgnored(text, after))
            after++;
        return before >= 0 && IsCased(PointAt(text, before)) && !(after < text.Length && IsCased(PointAt(text, after)));
    }

    private static bool IsIgnored(string text, int at) => text[at] is '\'' or '.' or ':' or '^' or '`' or '\u00A8' or '\u00AD' or '\u00AF'
        or '\u00B4' or '\u00B7' or '\u00B8' or '\u2018' or '\u2019' || CodePoint.Category(PointAt(text, at)) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static int PointAt(string text, int at) =>
        char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1]) ? char.ConvertToUtf32(text[at - 1], text[at])
        : char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? char.ConvertToUtf32(text[at], text[at + 1])
        : text[at];

    private static TextValue Map(TextValue value, RenderState state, Func<int, int, string?> map)
    {
        var text = value.Text;
        state.Spend(text.Length / 32);
        TextBuilder? output = null;
        int plain = 0, next;
        for (var i = 0; i < text.Length; i = next)
        {
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            next = i + (isPair ? 2 : 1);
            if (map(isPair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i], i) is not { } mapped)
                continue;
            output ??= new TextBuilder(state);
            output.Append(value, plain, i - plain);
            output.Append(mapped, value.OriginAt(i));
            plain = next;
        }
        if (output is null)
            return value;
        output.Append(value, plain, text.Length - plain);
        return output.ToText().AsMarkup(value.IsMarkup);
    }

    private static Dictionary<int, string> BuildUpper()
    {
        var upper = new Dictionary<int, string>();
        for (int point = 'A'; point <= LastWithCase; point++)
        {
            var lower = point is >= 0xD800 and < 0xE000 ? point : LowerOf(point);
            if (lower != point)
                upper.TryAdd(lower, char.ConvertFromUtf32(point));
        }
        foreach (var (point, mapped) in Read(UpperExceptions))
            upper[point] = mapped;
        return upper;
    }

    private static Dictionary<int, string> Read(string exceptions) =>
        exceptions.Split(' ').ToDictionary(entry => (int)entry[0], entry => entry[1..]);
}
