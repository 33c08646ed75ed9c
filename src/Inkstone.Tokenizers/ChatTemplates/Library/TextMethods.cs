namespace Inkstone.Tokenizers;

/// <summary>The methods of <c>str</c>.</summary>
internal static class TextMethods
{
    private delegate TemplateValue Method(TextValue self, Arguments arguments, RenderState state);

    private static readonly Dictionary<string, Method> Methods = new(StringComparer.Ordinal)
    {
        ["capitalize"] = Plain("capitalize", (self, state) => CaseMapping.Capitalize(self, state)),
        ["center"] = (self, arguments, state) => TextShaping.Justify(self, arguments, state, "center", 0.5),
        ["count"] = TextSearch.CountOf,
        ["endswith"] = (self, arguments, state) => TextSearch.Edge(self, arguments, state, atStart: false),
        ["expandtabs"] = TextShaping.ExpandTabs,
        ["find"] = (self, arguments, state) => TextSearch.Find(self, arguments, state, "find"),
        ["format"] = (self, arguments, state) => BraceFormat.Apply(self, arguments, state),
        ["format_map"] = BraceFormat.ApplyMap,
        ["index"] = (self, arguments, state) => TextSearch.Find(self, arguments, state, "index"),
        ["isalnum"] = Plain("isalnum", (self, _) => TextKinds.All(self, TextKinds.IsAlphanumeric)),
        ["isalpha"] = Plain("isalpha", (self, _) => TextKinds.All(self, TextKinds.IsAlphabetic)),
        ["isascii"] = Plain("isascii", (self, _) => BooleanValue.Of(System.Text.Ascii.IsValid(self.Text), self.Origin)),
        ["isdecimal"] = Plain("isdecimal", (self, _) => TextKinds.All(self, TextKinds.IsDecimal)),
        ["isdigit"] = Plain("isdigit", (self, _) => TextKinds.All(self, TextKinds.IsDigit)),
        ["isidentifier"] = Plain("isidentifier", (self, _) => BooleanValue.Of(TextKinds.IsIdentifier(self.Text), self.Origin)),
        ["islower"] = Plain("islower", (self, _) => TextKinds.IsLower(self)),
        ["isnumeric"] = Plain("isnumeric", (self, _) => TextKinds.All(self, TextKinds.IsNumeric)),
        ["isprintable"] = Plain("isprintable", (self, _) =>
            BooleanValue.Of(self.Size == 0 || TextKinds.All(self, TextRepresentation.IsPrintable).Value, self.Origin)),
        ["isspace"] = Plain("isspace", (self, _) => TextKinds.All(self, point => point <= 0xFFFF && TextScan.IsSpace((char)point))),
        ["istitle"] = Plain("istitle", (self, _) => TextKinds.IsTitle(self)),
        ["isupper"] = Plain("isupper", (self, _) => TextKinds.IsUpper(self)),
        ["join"] = Join,
        ["ljust"] = (self, arguments, state) => TextShaping.Justify(self, arguments, state, "ljust", 0),
        ["lower"] = Plain("lower", (self, state) => CaseMapping.ToLower(self, state)),
        ["lstrip"] = (self, arguments, state) => Strip(self, arguments, state, "lstrip", true, false),
        ["partition"] = (self, arguments, state) => TextSplitting.Partition(self, arguments, state, fromRight: false),
        ["removeprefix"] = (self, arguments, state) => TextSearch.Remove(self, arguments, state, atStart: true),
        ["removesuffix"] = (self, arguments, state) => TextSearch.Remove(self, arguments, state, atStart: false),
        ["replace"] = (self, arguments, state) =>
        {
            var bound = arguments.ByPlace(state, "replace", 2, 3);
            var count = bound[2] is { } given ? Numbers.Small(given, state) : -1;
            return TextSearch.Replace(self, Text(bound[0]!, state), Text(bound[1]!, state), count, state).AsMarkup(self.IsMarkup);
        },
        ["rfind"] = (self, arguments, state) => TextSearch.Find(self, arguments, state, "rfind"),
        ["rindex"] = (self, arguments, state) => TextSearch.Find(self, arguments, state, "rindex"),
        ["rjust"] = (self, arguments, state) => TextShaping.Justify(self, arguments, state, "rjust", 1),
        ["rpartition"] = (self, arguments, state) => TextSplitting.Partition(self, arguments, state, fromRight: true),
        ["rsplit"] = (self, arguments, state) => TextSplitting.Split(self, arguments, state, fromRight: true),
        ["rstrip"] = (self, arguments, state) => Strip(self, arguments, state, "rstrip", false, true),
        ["split"] = (self, arguments, state) => TextSplitting.Split(self, arguments, state, fromRight: false),
        ["splitlines"] = TextSplitting.SplitLines,
        ["startswith"] = (self, arguments, state) => TextSearch.Edge(self, arguments, state, atStart: true),
        ["strip"] = (self, arguments, state) => Strip(self, arguments, state, "strip", true, true),
        ["swapcase"] = Plain("swapcase", (self, state) => CaseMapping.Swap(self, state)),
        ["title"] = Plain("title", (self, state) => CaseMapping.ToTitle(self, state)),
        ["upper"] = Plain("upper", (self, state) => CaseMapping.ToUpper(self, state)),
        ["zfill"] = TextShaping.FillZeros,
        ["casefold"] = Unsupported("casefold"),
        ["encode"] = Unsupported("encode"),
        ["maketrans"] = Unsupported("maketrans"),
        ["translate"] = Unsupported("translate"),
    };

    /// <summary>A method bound to a text, or null where there is none of that name.</summary>
    public static TemplateValue? Find(TextValue self, string name) =>
        Methods.TryGetValue(name, out var method) ? new FunctionValue(name, (arguments, state) => method(self, arguments, state)) : null;

    /// <summary>An argument that must be text.</summary>
    public static TextValue Text(TemplateValue value, RenderState state) => value as TextValue
        ?? throw state.Error(value is UndefinedValue undefined ? undefined.Message : $"must be str, not {value.TypeName}");

    /// <summary><c>str.strip(characters)</c>; white space where none are given.</summary>
    public static TextValue Strip(TextValue self, TemplateValue? characters, RenderState state, bool left, bool right)
    {
        state.Spend(self.Size / 64);
        if (characters is null or NoneValue)
        {
            var (from, to) = TextScan.Trim(self.Text, left, right);
            return self.Part(from, to - from, state);
        }
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (var character in Text(characters, state).Iterate(state))
            set.Add(((TextValue)character).Text);
        var text = self.Text;
        int start = 0, end = text.Length;
        for (int length; left && start < end && set.Contains(text.Substring(start, length = CharacterLength(text, start))); start += length)
            state.Spend(1);
        for (int length; right && end > start && set.Contains(text.Substring(end - (length = LengthBefore(text, end)), length)); end -= length)
            state.Spend(1);
        return self.Part(start, end - start, state);
    }

    private static TextValue Strip(TextValue self, Arguments arguments, RenderState state, string name, bool left, bool right) =>
        Strip(self, arguments.ByPlace(state, name, 0, 1)[0], state, left, right);

    private static TextValue Join(TextValue self, Arguments arguments, RenderState state)
    {
        var output = new TextBuilder(state);
        var index = 0;
        foreach (var item in arguments.ByPlace(state, "join", 1, 1)[0]!.Items(state))
        {
            if (item is not TextValue text)
                throw state.Error(FormattableString.Invariant($"sequence item {index}: expected str instance, {item.TypeName} found"));
            if (index++ > 0)
                output.Append(self);
            output.Append(text);
        }
        return output.ToText();
    }

    private static int CharacterLength(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static int LengthBefore(string text, int end) => end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;

    private static Method Plain(string name, Func<TextValue, RenderState, TemplateValue> method) => (self, arguments, state) =>
    {
        arguments.ByPlace(state, name, 0, 0);
        state.Spend(self.Size / 16);
        return method(self, state);
    };

    private static Method Unsupported(string name) => (_, _, state) => throw state.Error($"the method '{name}' of str is not supported");
}
