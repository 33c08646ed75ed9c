using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>The sets that <c>\p{…}</c>, <c>\s</c>, <c>\d</c> and <c>\w</c> name, at Unicode 16.0; each is made once.</summary>
internal static class UnicodeSets
{
    // The order of UnicodeCategory.
    private static readonly string[] CategoryCodes =
        "lu ll lt lm lo mn mc me nd nl no zs zl zp cc cf cs co pc pd ps pe pi pf po sm sc sk so cn".Split(' ');

    private static readonly Dictionary<string, string> CategoryNames = (
        "letter=l uppercaseletter=lu lowercaseletter=ll titlecaseletter=lt modifierletter=lm otherletter=lo "
        + "mark=m nonspacingmark=mn spacingmark=mc enclosingmark=me number=n decimalnumber=nd letternumber=nl othernumber=no "
        + "separator=z spaceseparator=zs lineseparator=zl paragraphseparator=zp "
        + "other=c control=cc format=cf surrogate=cs privateuse=co unassigned=cn "
        + "punctuation=p punct=p connectorpunctuation=pc dashpunctuation=pd openpunctuation=ps closepunctuation=pe "
        + "initialpunctuation=pi finalpunctuation=pf otherpunctuation=po "
        + "symbol=s mathsymbol=sm currencysymbol=sc modifiersymbol=sk othersymbol=so")
        .Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

    private static readonly Lazy<CodePointSet[]> Categories = new(() =>
        Collect(CategoryCodes.Length, codePoint => (int)CodePoint.Category(codePoint)));
    private static readonly Lazy<Dictionary<string, CodePointSet>> CategorySets = new(() => CategoryCodes.Concat(CategoryCodes.Select(code => code[..1])).Distinct().ToDictionary(code => code,
        code => CategoryCodes.Select((each, i) => each.StartsWith(code, StringComparison.Ordinal) ? Categories.Value[i] : CodePointSet.Empty).Aggregate((all, each) => all.Union(each))));
    private static readonly Lazy<CodePointSet[]> Scripts = new(() => Collect(ScriptTables.Names.Length, CodePoint.Script));
    private static readonly Lazy<CodePointSet> Spaces = new(() => Collect(2, codePoint => CodePoint.IsWhiteSpace(codePoint) ? 1 : 0)[1]);
    private static readonly Lazy<CodePointSet> Older = new(() => Collect(2, codePoint => CodePoint.Age(codePoint) is > 0 and <= GgufBertNormalizer.UnicodeVersion ? 1 : 0)[1]);
    private static readonly Lazy<CodePointSet> Alphabetic = new(() => Collect(2, codePoint => CodePoint.IsAlphabetic(codePoint) ? 1 : 0)[1]);
    private static readonly Lazy<CodePointSet> Words = new(() =>
        Alphabetic.Value.Union(Category("m")!).Union(Digit).Union(Categories.Value[(int)UnicodeCategory.ConnectorPunctuation]));

    private static readonly Lazy<CodePointSet> RustWords = new(() => Words.Value.Union(CodePointSet.Range(0x200C, 0x200D)));
    private static readonly Lazy<CodePointSet> OnigurumaWords = new(() =>
        Words.Value.Union(CodePointSet.Range('\u00B2', '\u00B3')).Union(CodePointSet.Of('\u00B9')).Union(CodePointSet.Range('\u00BC', '\u00BE')));

    /// <summary><c>\s</c>: the property White_Space.</summary>
    public static CodePointSet Space => Spaces.Value;

    /// <summary>What Unicode 15.1, the version of llama.cpp's tables, has assigned.</summary>
    public static CodePointSet OfLlama => Older.Value;

    /// <summary><c>\d</c>: decimal digits.</summary>
    public static CodePointSet Digit => Categories.Value[(int)UnicodeCategory.DecimalDigitNumber];

    /// <summary>
    /// <c>\w</c>: alphabetic, marks, decimal digits, connectors; in Rust the two joiners too. Oniguruma, whose table of Latin-1 is
    /// another, takes superscripts and fractions there for word characters too, but not in a class.
    /// </summary>
    public static CodePointSet Word(PatternDialect dialect, bool inClass) => dialect != PatternDialect.Oniguruma ? RustWords.Value : inClass ? Words.Value : OnigurumaWords.Value;

    /// <summary>The set of a property by name (general category, script, or one of the few others), or null where the name is not known.</summary>
    public static CodePointSet? Find(string name)
    {
        var plain = Plain(name);
        if (Category(CategoryNames.GetValueOrDefault(plain, plain)) is { } category)
            return category;
        switch (plain)
        {
            case "any":
                return CodePointSet.All;
            case "alphabetic" or "alpha":
                return Alphabetic.Value;
            case "whitespace" or "space":
                return Space;
            case "digit":
                return Digit;
        }
        return Script(plain);
    }

    /// <summary>The set of a general category by its code or name, or null.</summary>
    public static CodePointSet? FindCategory(string name)
    {
        var plain = Plain(name);
        return Category(CategoryNames.GetValueOrDefault(plain, plain));
    }

    /// <summary>The set of a script by its name or code, or null.</summary>
    public static CodePointSet? FindScript(string name) =>
        Script(Plain(name));

    private static string Plain(string name) =>
        string.Concat(name.Where(character => character is not (' ' or '_' or '-'))).ToLowerInvariant();

    private static CodePointSet? Category(string code) => CategorySets.Value.GetValueOrDefault(code);

    private static CodePointSet? Script(string plain)
    {
        for (var i = 0; i < ScriptTables.Names.Length; i++)
        {
            if (ScriptTables.Names[i].Replace("_", "").Equals(plain, StringComparison.OrdinalIgnoreCase)
                || ScriptTables.Codes[i].Equals(plain, StringComparison.OrdinalIgnoreCase))
                return Scripts.Value[i];
        }
        return null;
    }

    /// <summary>The sets of code points that have each value of a property.</summary>
    private static CodePointSet[] Collect(int count, Func<int, int> valueOf)
    {
        var ranges = new List<(int, int)>[count];
        for (var i = 0; i < count; i++)
            ranges[i] = [];
        for (int first = 0, value = valueOf(0), codePoint = 1; codePoint <= CodePointSet.Limit; codePoint++)
        {
            var next = codePoint < CodePointSet.Limit ? valueOf(codePoint) : -1;
            if (next == value)
                continue;
            ranges[value].Add((first, codePoint));
            (first, value) = (codePoint, next);
        }
        return [.. ranges.Select(CodePointSet.FromRanges)];
    }
}
