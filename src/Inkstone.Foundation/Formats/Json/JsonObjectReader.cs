using System.Numerics;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// Reads a JSON object as a configuration: each member is asked for by name with its range, and what nobody asked for can be
/// listed or refused at the end, so that every key is used or named in an error. A member that is null counts as absent
/// where a fallback is given.
/// </summary>
public sealed class JsonObjectReader
{
    private const int Bits = 64;
    private readonly JsonValue _value;
    private ulong _used; // of the first members a bit each; few objects have more
    private HashSet<int>? _usedBeyond;
    private List<(string Name, JsonObjectReader Reader)>? _children;

    internal JsonObjectReader(JsonValue value)
    {
        if (value.Kind != JsonValueKind.Object)
            throw value.Error("not the value that belongs here", "an object");
        _value = value;
    }

    /// <summary>The source and path of this object, as errors show them.</summary>
    public string Where => _value.Where;

    /// <summary>Whether a member is there and not null. Asking does not use it.</summary>
    public bool Has(string name) => _value.Find(name) is { IsNull: false };

    /// <summary>A member that must be there.</summary>
    /// <exception cref="InkstoneFormatException">It is not.</exception>
    public JsonValue Get(string name) => Use(name)
        ?? throw new InkstoneFormatException("a member is missing", Where, $"a member {Excerpt.Of(name)}", "none of that name");

    /// <summary>A member, or null when it is absent or the literal null.</summary>
    public JsonValue? Find(string name) => Use(name) is { IsNull: false } value ? value : null;

    /// <summary>A whole number in a range, both ends included.</summary>
    /// <exception cref="InkstoneFormatException">It is missing, no whole number, or out of range.</exception>
    public int GetInt32(string name, int minimum, int maximum) => Get(name).AsInt32(minimum, maximum);

    /// <summary>A whole number in a range, or the fallback when absent.</summary>
    /// <exception cref="InkstoneFormatException">It is no whole number or out of range.</exception>
    public int GetInt32(string name, int minimum, int maximum, int fallback) => Find(name)?.AsInt32(minimum, maximum) ?? fallback;

    /// <summary>A whole number in a range, both ends included.</summary>
    /// <exception cref="InkstoneFormatException">It is missing, no whole number, or out of range.</exception>
    public long GetInt64(string name, long minimum, long maximum) => Get(name).AsInt64(minimum, maximum);

    /// <summary>A whole number in a range, or the fallback when absent.</summary>
    /// <exception cref="InkstoneFormatException">It is no whole number or out of range.</exception>
    public long GetInt64(string name, long minimum, long maximum, long fallback) => Find(name)?.AsInt64(minimum, maximum) ?? fallback;

    /// <summary>A finite number in a range, both ends included.</summary>
    /// <exception cref="InkstoneFormatException">It is missing, no number, or out of range.</exception>
    public double GetDouble(string name, double minimum, double maximum) => Get(name).AsDouble(minimum, maximum);

    /// <summary>A finite number in a range, or the fallback when absent.</summary>
    /// <exception cref="InkstoneFormatException">It is no number or out of range.</exception>
    public double GetDouble(string name, double minimum, double maximum, double fallback) => Find(name)?.AsDouble(minimum, maximum) ?? fallback;

    /// <summary>True or false.</summary>
    /// <exception cref="InkstoneFormatException">It is missing or neither.</exception>
    public bool GetBoolean(string name) => Get(name).AsBoolean();

    /// <summary>True or false, or the fallback when absent.</summary>
    /// <exception cref="InkstoneFormatException">It is neither.</exception>
    public bool GetBoolean(string name, bool fallback) => Find(name)?.AsBoolean() ?? fallback;

    /// <summary>A string.</summary>
    /// <exception cref="InkstoneFormatException">It is missing or no string.</exception>
    public string GetString(string name) => Get(name).AsString();

    /// <summary>A string, or the fallback when absent.</summary>
    /// <exception cref="InkstoneFormatException">It is no string.</exception>
    public string GetString(string name, string fallback) => Find(name)?.AsString() ?? fallback;

    /// <summary>A string that must be one of the choices.</summary>
    /// <param name="name">The member.</param>
    /// <param name="choices">What is understood.</param>
    /// <param name="fallback">What an absent member stands for, or null when it must be there.</param>
    /// <exception cref="InkstoneFormatException">It is missing without a fallback, or none of the choices.</exception>
    public string GetChoice(string name, IReadOnlyList<string> choices, string? fallback = null)
    {
        if (fallback is not null && Find(name) is null)
            return fallback;
        var value = Get(name);
        var text = value.AsString();
        return choices.Contains(text, StringComparer.Ordinal) ? text : throw value.Error("not one of the known choices", string.Join(", ", choices));
    }

    /// <summary>An array of whole numbers, each in a range.</summary>
    /// <param name="name">The member.</param>
    /// <param name="minimum">The least value of an item.</param>
    /// <param name="maximum">The greatest value of an item.</param>
    /// <param name="maximumCount">The greatest number of items.</param>
    /// <exception cref="InkstoneFormatException">It is missing, no array, too long, or an item is wrong.</exception>
    public int[] GetInt32s(string name, int minimum, int maximum, int maximumCount) =>
        Array.ConvertAll(Get(name).AsInt64s(minimum, maximum, maximumCount), number => (int)number);

    /// <summary>An object inside this one; its unused keys count as this one's.</summary>
    /// <exception cref="InkstoneFormatException">It is missing or no object.</exception>
    public JsonObjectReader GetObject(string name) => Adopt(name, Get(name));

    /// <summary>An object inside this one, or null when absent; its unused keys count as this one's.</summary>
    /// <exception cref="InkstoneFormatException">It is no object.</exception>
    public JsonObjectReader? FindObject(string name) => Find(name) is { } value ? Adopt(name, value) : null;

    /// <summary>Marks members as known and deliberately unused (such as the version of the program that wrote the file).</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            Use(name);
    }

    /// <summary>The members nobody asked for, those of inner objects with their path ("rope.factor").</summary>
    public IReadOnlyList<string> UnusedKeys()
    {
        if (!HasUnused())
            return [];
        var unused = new List<string>();
        var ordinal = 0;
        foreach (var (key, _) in _value.Members())
        {
            if (!IsUsed(ordinal++))
                unused.Add(key);
        }
        foreach (var (name, reader) in _children ?? [])
            unused.AddRange(reader.UnusedKeys().Select(key => $"{name}.{key}"));
        return unused;
    }

    /// <summary>Refuses an object with members nobody asked for.</summary>
    /// <param name="fix">What the reader can do next.</param>
    /// <exception cref="InkstoneFormatException">There are such members; it names the first ten.</exception>
    public void RefuseUnused(string? fix = null)
    {
        var unused = UnusedKeys();
        if (unused.Count > 0)
        {
            var shown = string.Join(", ", unused.Take(10).Select(key => Excerpt.Of(key)));
            throw new InkstoneFormatException("keys that are not understood", Where, "only known keys",
                unused.Count > 10 ? $"{shown} and {unused.Count - 10} more" : shown, fix);
        }
    }

    private JsonObjectReader Adopt(string name, JsonValue value)
    {
        var reader = value.AsObject();
        (_children ??= []).Add((name, reader));
        return reader;
    }

    private JsonValue? Use(string name)
    {
        var value = _value.Find(name, out var ordinal);
        if (value is not null && ordinal < Bits)
            _used |= 1UL << ordinal;
        else if (value is not null)
            (_usedBeyond ??= []).Add(ordinal);
        return value;
    }

    private bool IsUsed(int ordinal) => ordinal < Bits ? (_used >> ordinal & 1) != 0 : _usedBeyond?.Contains(ordinal) == true;

    private bool HasUnused()
    {
        if (BitOperations.PopCount(_used) + (_usedBeyond?.Count ?? 0) < _value.Count)
            return true;
        foreach (var (_, reader) in _children ?? [])
        {
            if (reader.HasUnused())
                return true;
        }
        return false;
    }
}
