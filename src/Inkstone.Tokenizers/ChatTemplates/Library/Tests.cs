namespace Inkstone.Tokenizers;

/// <summary>A test: what stands after <c>is</c>.</summary>
internal delegate bool Test(TemplateValue value, Arguments arguments, RenderState state);

/// <summary>The tests of Jinja 3.1.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Test> Known = new(StringComparer.Ordinal)
    {
        ["boolean"] = Plain("boolean", (value, _) => value is BooleanValue),
        ["callable"] = Plain("callable", (value, _) => value is FunctionValue or MacroValue or LoopValue or UndefinedValue),
        ["defined"] = Plain("defined", (value, _) => value is not UndefinedValue),
        ["divisibleby"] = (value, arguments, state) => IsRest(value, arguments.Bind(state, "divisibleby", 1, "num")[0]!, 0, state),
        ["escaped"] = Plain("escaped", (value, _) => value is TextValue { IsMarkup: true }),
        ["even"] = Plain("even", (value, state) => IsRest(value, new IntegerValue(2), 0, state)),
        ["false"] = Plain("false", (value, _) => value is BooleanValue { Value: false }),
        ["filter"] = Plain("filter", (value, _) => value is TextValue name && Filters.Find(name.Text) is not null),
        ["float"] = Plain("float", (value, _) => value is FloatValue),
        ["in"] = (value, arguments, state) => Comparison.Contains(arguments.Bind(state, "in", 1, "seq")[0]!, value, state),
        ["integer"] = Plain("integer", (value, _) => value is IntegerValue),
        ["iterable"] = Plain("iterable", (value, state) => value.Iterate(state) is not null),
        ["lower"] = Plain("lower", (value, state) => TextKinds.IsLower(Counted(value, state)).Value),
        ["mapping"] = Plain("mapping", (value, _) => value is DictionaryValue),
        ["none"] = Plain("none", (value, _) => value is NoneValue),
        ["number"] = Plain("number", (value, _) => value is IntegerValue or FloatValue or BooleanValue),
        ["odd"] = Plain("odd", (value, state) => IsRest(value, new IntegerValue(2), 1, state)),
        ["sameas"] = IsSame,
        ["sequence"] = Plain("sequence", (value, _) => value is SequenceValue or TextValue or DictionaryValue or RangeValue or UndefinedValue),
        ["string"] = Plain("string", (value, _) => value is TextValue),
        ["test"] = Plain("test", (value, _) => value is TextValue name && Find(name.Text) is not null),
        ["true"] = Plain("true", (value, _) => value is BooleanValue { Value: true }),
        ["undefined"] = Plain("undefined", (value, _) => value is UndefinedValue),
        ["upper"] = Plain("upper", (value, state) => TextKinds.IsUpper(Counted(value, state)).Value),
        ["=="] = Compared("=="),
        ["eq"] = Compared("=="),
        ["equalto"] = Compared("=="),
        ["!="] = Compared("!="),
        ["ne"] = Compared("!="),
        [">"] = Compared(">"),
        ["gt"] = Compared(">"),
        ["greaterthan"] = Compared(">"),
        [">="] = Compared(">="),
        ["ge"] = Compared(">="),
        ["<"] = Compared("<"),
        ["lt"] = Compared("<"),
        ["lessthan"] = Compared("<"),
        ["<="] = Compared("<="),
        ["le"] = Compared("<="),
    };

    /// <summary>The test of a name, or null.</summary>
    public static Test? Find(string name) => Known.GetValueOrDefault(name);

    private static Test Plain(string name, Func<TemplateValue, RenderState, bool> test) => (value, arguments, state) =>
    {
        arguments.ByPlace(state, name, 0, 0);
        return test(value, state);
    };

    private static TextValue Counted(TemplateValue value, RenderState state)
    {
        var text = value.ToText(state);
        state.Spend(text.Size / 16);
        return text;
    }

    private static Test Compared(string operation) =>
        (value, arguments, state) => Comparison.Holds(value, arguments.ByPlace(state, operation, 1, 1)[0]!, operation, state);

    private static bool IsRest(TemplateValue value, TemplateValue divisor, int rest, RenderState state) =>
        Comparison.AreEqual(Operators.Apply("%", value, divisor, state), new IntegerValue(rest), state);

    private static bool IsSame(TemplateValue value, Arguments arguments, RenderState state) =>
        (value, arguments.Bind(state, "sameas", 1, "other")[0]!) switch
        {
            (NoneValue, NoneValue) => true,
            (BooleanValue a, BooleanValue b) => a.Value == b.Value,
            (IntegerValue a, IntegerValue b) => a.Value == b.Value,
            (TextValue a, TextValue b) => a.Size == b.Size && Comparison.AreEqual(a, b, state),
            var (a, b) => ReferenceEquals(a, b),
        };
}
