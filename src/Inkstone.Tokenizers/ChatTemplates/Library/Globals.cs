using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>What is defined in every template.</summary>
internal static class Globals
{
    // Jinja's sandbox refuses longer ranges.
    private const int MaximumRange = 100_000;

    private static readonly Dictionary<string, FunctionValue> Known = new(StringComparer.Ordinal)
    {
        ["range"] = new("range", Range),
        ["dict"] = new("dict", MakeDictionary),
        ["namespace"] = new("namespace", MakeNamespace),
        ["cycler"] = new("cycler", (arguments, state) => arguments.Positional.Length > 0
            ? new CyclerValue(arguments.Positional) : throw state.Error("at least one item has to be provided")),
        ["joiner"] = new("joiner", Joiner),
        ["lipsum"] = new("lipsum", (_, state) => throw state.Error("the function 'lipsum' is not supported")),
        ["raise_exception"] = new("raise_exception", (arguments, state) =>
            throw state.Error(arguments.Bind(state, "raise_exception", 1, "message")[0]!.ToText(state).Text)),
        ["strftime_now"] = new("strftime_now", (arguments, state) =>
        {
            var format = TextMethods.Text(arguments.Bind(state, "strftime_now", 1, "format")[0]!, state);
            return new TextValue(ClockText.Format(state.Clock.GetLocalNow().DateTime, format.Text, state), format.Origin);
        }),
    };

    /// <summary>What has this name, or null.</summary>
    public static TemplateValue? Find(string name) => Known.GetValueOrDefault(name);

    private static RangeValue Range(Arguments arguments, RenderState state)
    {
        var bound = arguments.ByPlace(state, "range", 1, 3);
        var origin = TextOrigin.Template;
        foreach (var argument in bound)
            origin |= argument?.Origin ?? origin;
        var first = Bound(bound[0]!, state);
        var (start, stop) = bound[1] is { } end ? (first, Bound(end, state)) : (BigInteger.Zero, first);
        var step = bound[2] is { } by ? Bound(by, state) : BigInteger.One;
        if (step.IsZero)
            throw state.Error("range() arg 3 must not be zero");
        var span = step.Sign > 0 ? stop - start : start - stop;
        var count = span.Sign <= 0 ? BigInteger.Zero : (span - 1) / BigInteger.Abs(step) + 1;
        if (count > MaximumRange)
            throw state.Error($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaximumRange}).");
        if (BigInteger.Abs(start) > long.MaxValue / 4 || BigInteger.Abs(step) > long.MaxValue / 4 / MaximumRange)
            throw state.Error("the bounds of the range are too large");
        return new RangeValue((long)start, (long)step, (int)count, origin);
    }

    private static BigInteger Bound(TemplateValue value, RenderState state) => Numbers.IsInteger(value, out var integer) ? integer
        : throw state.Error(value is UndefinedValue ? "'Undefined' object cannot be interpreted as an integer"
            : $"'{value.TypeName}' object cannot be interpreted as an integer");

    private static DictionaryValue MakeDictionary(Arguments arguments, RenderState state)
    {
        var made = new DictionaryValue(state, arguments.First?.Origin ?? TextOrigin.Template);
        Fill(made, arguments, state);
        return made;
    }

    private static NamespaceValue MakeNamespace(Arguments arguments, RenderState state)
    {
        var made = new NamespaceValue(state);
        Fill(made.Attributes, arguments, state);
        return made;
    }

    private static void Fill(DictionaryValue made, Arguments arguments, RenderState state)
    {
        if (arguments.Positional.Length > 1)
            throw state.Error(FormattableString.Invariant($"dict expected at most 1 argument, got {arguments.Positional.Length}"));
        if (arguments.First is DictionaryValue source)
        {
            foreach (var (key, value) in source.Members)
                made.Set(key, value);
        }
        else if (arguments.First is { } pairs)
        {
            foreach (var pair in pairs.Items(state))
            {
                var items = pair.ToList(state);
                if (items.Count != 2)
                    throw state.Error(FormattableString.Invariant($"dictionary update sequence element has length {items.Count}; 2 is required"));
                made.Set(items[0], items[1]);
            }
        }
        foreach (var (name, value) in arguments.Named)
            made.Set(new TextValue(name), value);
    }

    private static FunctionValue Joiner(Arguments arguments, RenderState state)
    {
        var separator = arguments.Bind(state, "joiner", 0, "sep")[0] ?? new TextValue(", ");
        var used = false;
        return new FunctionValue("joiner", (_, _) =>
        {
            var now = used ? separator : TextValue.Empty;
            used = true;
            return now;
        });
    }
}

/// <summary>What <c>cycler()</c> gives.</summary>
internal sealed class CyclerValue(TemplateValue[] items) : TemplateValue
{
    private int _position;

    public override string TypeName => "Cycler";

    public override TemplateValue? Attribute(string name, RenderState state) => name switch
    {
        "current" => items[_position],
        "next" => new FunctionValue(name, (_, _) =>
        {
            var now = items[_position];
            _position = (_position + 1) % items.Length;
            return now;
        }),
        "reset" => new FunctionValue(name, (_, _) =>
        {
            _position = 0;
            return NoneValue.Instance;
        }),
        _ => null,
    };
}
