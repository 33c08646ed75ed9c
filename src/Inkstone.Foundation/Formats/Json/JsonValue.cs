using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// One value of a JSON text read by <see cref="BoundedJson"/>: immutable, and it knows where it stands, so every accessor
/// that is given something else than it expects says what, where, expected and found.
/// </summary>
public readonly struct JsonValue
{
    private readonly JsonTable _table;
    private readonly int _row;

    internal JsonValue(JsonTable table, int row)
    {
        _table = table;
        _row = row;
    }

    /// <summary>What kind of value this is.</summary>
    public JsonValueKind Kind => _table.Kind(_row) switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };

    /// <summary>Whether this is the literal null.</summary>
    public bool IsNull => Kind == JsonValueKind.Null;

    /// <summary>The source and path of this value, as errors show them: "config.json at $.rope.theta".</summary>
    public string Where => _table.Where(_row);

    /// <summary>The number of items of an array or members of an object.</summary>
    /// <exception cref="InkstoneFormatException">It is neither.</exception>
    public int Count => Kind is JsonValueKind.Array or JsonValueKind.Object ? _table.Count(_row) : throw Unexpected("an array or an object");

    /// <summary>The value as text.</summary>
    /// <exception cref="InkstoneFormatException">It is not a string.</exception>
    public string AsString() => Kind == JsonValueKind.String ? _table.Text(_row) : throw Unexpected("a string");

    /// <summary>The value as true or false.</summary>
    /// <exception cref="InkstoneFormatException">It is neither.</exception>
    public bool AsBoolean() => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unexpected("true or false"),
    };

    /// <summary>The value as a whole number between two bounds, both included. A fraction or exponent is refused, even a void one (2.0).</summary>
    /// <exception cref="InkstoneFormatException">It is not a whole number, or out of range.</exception>
    public long AsInt64(long minimum = long.MinValue, long maximum = long.MaxValue) =>
        Kind == JsonValueKind.Number && long.TryParse(_table.Raw(_row), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= minimum && number <= maximum
            ? number
            : throw Unexpected(Range<long>("a whole number", minimum == long.MinValue ? null : minimum, maximum == long.MaxValue ? null : maximum));

    /// <summary>The value as a whole number between two bounds, both included.</summary>
    /// <exception cref="InkstoneFormatException">It is not a whole number, or out of range.</exception>
    public int AsInt32(int minimum = int.MinValue, int maximum = int.MaxValue) => (int)AsInt64(minimum, maximum);

    /// <summary>The value as a finite number between two bounds, both included.</summary>
    /// <exception cref="InkstoneFormatException">It is not a number, not finite in double precision, or out of range.</exception>
    public double AsDouble(double minimum = double.MinValue, double maximum = double.MaxValue) =>
        Kind == JsonValueKind.Number && double.TryParse(_table.Raw(_row), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) && number >= minimum && number <= maximum
            ? number
            : throw Unexpected(Range<double>("a number", minimum == double.MinValue ? null : minimum, maximum == double.MaxValue ? null : maximum));

    /// <summary>The value as an array of whole numbers, each between two bounds, both included.</summary>
    /// <exception cref="InkstoneFormatException">It is not an array, has too many items, or one is wrong.</exception>
    public long[] AsInt64s(long minimum, long maximum, int maximumCount)
    {
        if (Kind != JsonValueKind.Array)
            throw Unexpected("an array");
        if (Count > maximumCount)
            throw Error("the array is too long", string.Create(CultureInfo.InvariantCulture, $"at most {maximumCount} items"));
        var numbers = new long[Count];
        Read(numbers, minimum, maximum);
        return numbers;
    }

    /// <summary>Writes the value, an array of as many whole numbers as there is room for, each between two bounds, both included.</summary>
    /// <exception cref="InkstoneFormatException">It is not an array, has more or fewer items, or one is wrong.</exception>
    public void AsInt64s(Span<long> destination, long minimum, long maximum)
    {
        if (Kind != JsonValueKind.Array || _table.Count(_row) != destination.Length)
            throw Unexpected(string.Create(CultureInfo.InvariantCulture, $"an array of {destination.Length} numbers"));
        Read(destination, minimum, maximum);
    }

    /// <summary>The members of an object as a reader that remembers which were used.</summary>
    /// <exception cref="InkstoneFormatException">It is not an object.</exception>
    public JsonObjectReader AsObject() => new(this);

    /// <summary>The items of an array in order.</summary>
    /// <exception cref="InkstoneFormatException">It is not an array.</exception>
    public IEnumerable<JsonValue> Items()
    {
        if (Kind != JsonValueKind.Array)
            throw Unexpected("an array");
        return Walk(_table, _row);

        static IEnumerable<JsonValue> Walk(JsonTable table, int container)
        {
            for (var row = container + 1; row < table.After(container); row = table.After(row))
                yield return new(table, row);
        }
    }

    /// <summary>The members of an object in the order written.</summary>
    /// <exception cref="InkstoneFormatException">It is not an object.</exception>
    public IEnumerable<KeyValuePair<string, JsonValue>> Members()
    {
        if (Kind != JsonValueKind.Object)
            throw Unexpected("an object");
        return Walk(_table, _row);

        static IEnumerable<KeyValuePair<string, JsonValue>> Walk(JsonTable table, int container)
        {
            for (var row = container + 1; row < table.After(container); row = table.After(row + 1))
                yield return new(table.Text(row), new(table, row + 1));
        }
    }

    /// <summary>Looks a member of an object up, one after another; null stands for a member that is not there.</summary>
    /// <exception cref="InkstoneFormatException">This is not an object.</exception>
    public JsonValue? Find(string name) => Find(name, out _);

    /// <summary>As <see cref="Find(string)"/>; says which of the members it is.</summary>
    internal JsonValue? Find(string name, out int ordinal)
    {
        if (Kind != JsonValueKind.Object)
            throw Unexpected("an object");
        Span<byte> small = stackalloc byte[256];
        ReadOnlySpan<byte> bytes = Encoding.UTF8.TryGetBytes(name, small, out var written) ? small[..written] : Encoding.UTF8.GetBytes(name);
        var row = _table.Find(_row, bytes, out ordinal);
        return row < 0 ? null : new JsonValue(_table, row);
    }

    /// <summary>The two items of an array of two; false, and nothing, of any other value.</summary>
    public bool TryGetPair(out JsonValue first, out JsonValue second)
    {
        var isPair = Kind == JsonValueKind.Array && _table.Count(_row) == 2;
        first = isPair ? new(_table, _row + 1) : default;
        second = isPair ? new(_table, _table.After(_row + 1)) : default;
        return isPair;
    }

    /// <summary>The value as text in UTF-8: without a copy where the text is written without escapes.</summary>
    /// <exception cref="InkstoneFormatException">It is not a string.</exception>
    public ReadOnlySpan<byte> AsUtf8() => Kind == JsonValueKind.String ? _table.Utf8(_row) : throw Unexpected("a string");

    /// <summary>An error about this value: what is wrong with it and what would have been right.</summary>
    public InkstoneFormatException Error(string what, string? expected = null, string? fix = null) => new(what, Where, expected, Show(), fix);

    /// <summary>The value as an error shows it: short, on one line.</summary>
    public string Show() => Kind switch
    {
        JsonValueKind.Object => string.Create(CultureInfo.InvariantCulture, $"an object of {Count} members"),
        JsonValueKind.Array => string.Create(CultureInfo.InvariantCulture, $"an array of {Count} items"),
        JsonValueKind.String => Excerpt.Of(AsString()),
        JsonValueKind.Number => Excerpt.Of(Encoding.ASCII.GetString(_table.Raw(_row))).Trim('\''),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private void Read(Span<long> numbers, long minimum, long maximum)
    {
        var row = _row + 1;
        foreach (ref var number in numbers)
        {
            number = new JsonValue(_table, row).AsInt64(minimum, maximum);
            row = _table.After(row);
        }
    }

    private InkstoneFormatException Unexpected(string expected) => Error("not the value that belongs here", expected);

    private static string Range<T>(string kind, T? minimum, T? maximum) where T : struct, IFormattable
    {
        if (minimum is { } low && maximum is { } high)
            return string.Create(CultureInfo.InvariantCulture, $"{kind} from {low} to {high}");
        if (minimum is { } least)
            return string.Create(CultureInfo.InvariantCulture, $"{kind} of at least {least}");
        return maximum is { } most ? string.Create(CultureInfo.InvariantCulture, $"{kind} of at most {most}") : kind;
    }
}
