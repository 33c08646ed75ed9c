using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// A checked JSON text and one row for each value and member name, in the order written. The number of rows is known before
/// the table is made, so memory is at most the text and 16 bytes for each of its tokens (System.Text.Json's own document
/// doubles its table as it grows, up to 22 times the text). Paths are worked out only when an error asks for one.
/// </summary>
internal sealed class JsonTable
{
    private readonly byte[] _text;
    private readonly Row[] _rows;

    /// <param name="text">The text, already scanned: valid, within limits.</param>
    /// <param name="start">Where it begins (after a byte order mark).</param>
    /// <param name="rowCount">Values and member names in it.</param>
    /// <param name="limits">The limits of the scan.</param>
    /// <param name="source">The name used in errors.</param>
    /// <exception cref="InkstoneFormatException">An object has a member twice.</exception>
    public JsonTable(byte[] text, int start, int rowCount, JsonLimits limits, string source)
    {
        _text = text;
        Source = source;
        _rows = new Row[rowCount];
        Fill(start, limits);
        // Only now can an error tell the path of an object.
        for (var row = 0; row < rowCount; row++)
        {
            if (_rows[row].Kind == JsonTokenType.StartObject)
                RefuseDuplicates(row);
        }
    }

    public string Source { get; }

    public JsonTokenType Kind(int row) => _rows[row].Kind;

    /// <summary>The row after this value and all inside it.</summary>
    public int After(int row) => _rows[row].After;

    /// <summary>Items of an array or members of an object.</summary>
    public int Count(int row) => _rows[row].Length;

    /// <summary>A string's or number's bytes as written, without quotes.</summary>
    public ReadOnlySpan<byte> Raw(int row) => _text.AsSpan(_rows[row].Start, _rows[row].Length);

    public string Text(int row) => _rows[row].Escaped ? Opened(row).GetString()! : Encoding.UTF8.GetString(Raw(row));

    /// <summary>The row of a member's value and which member of the object it is, or −1.</summary>
    public int Find(int container, ReadOnlySpan<byte> name, out int ordinal)
    {
        ordinal = 0;
        for (var row = container + 1; row < After(container); row = After(row + 1), ordinal++)
        {
            if (_rows[row].Escaped ? Opened(row).ValueTextEquals(name) : Raw(row).SequenceEqual(name))
                return row + 1;
        }
        return -1;
    }

    /// <summary>A string in UTF-8, its escapes undone; a view where there are none.</summary>
    public ReadOnlySpan<byte> Utf8(int row)
    {
        if (!_rows[row].Escaped)
            return Raw(row);
        var bytes = new byte[_rows[row].Length];
        return bytes.AsSpan(0, Opened(row).CopyString(bytes));
    }

    /// <summary>The source and the path of a value: "config.json at $.rope.theta".</summary>
    public string Where(int row)
    {
        var path = new StringBuilder(Source).Append(" at $");
        for (var container = 0; container != row;)
        {
            var isObject = Kind(container) == JsonTokenType.StartObject;
            var name = container + 1;
            var index = 0;
            while (After(isObject ? name + 1 : name) <= row)
            {
                name = After(isObject ? name + 1 : name);
                index++;
            }
            if (isObject)
                path.Append('.').Append(Shown(Text(name)));
            else
                path.Append(CultureInfo.InvariantCulture, $"[{index}]");
            container = isObject ? name + 1 : name;
        }
        return path.ToString();
    }

    private static string Shown(string name)
    {
        var excerpt = Excerpt.Of(name);
        return name.Length > 0 && excerpt.Length == name.Length + 2 && !name.AsSpan().ContainsAny(" .[]'") ? name : excerpt;
    }

    private Utf8JsonReader Opened(int row)
    {
        var reader = new Utf8JsonReader(_text.AsSpan(_rows[row].Start - 1, _rows[row].Length + 2));
        reader.Read();
        return reader;
    }

    private void Fill(int start, JsonLimits limits)
    {
        var reader = new Utf8JsonReader(_text.AsSpan(start), new JsonReaderOptions { MaxDepth = limits.MaximumDepth });
        Span<int> open = stackalloc int[limits.MaximumDepth];
        var row = 0;
        var depth = 0;
        while (reader.Read())
        {
            var kind = reader.TokenType;
            if (kind is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                _rows[open[--depth]].After = row;
                continue;
            }
            var isContainer = kind is JsonTokenType.StartArray or JsonTokenType.StartObject;
            if (depth > 0 && (kind == JsonTokenType.PropertyName || _rows[open[depth - 1]].Kind == JsonTokenType.StartArray))
                _rows[open[depth - 1]].Length++;
            var quoted = kind is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0;
            _rows[row] = new()
            {
                Kind = kind,
                Escaped = reader.ValueIsEscaped,
                Start = start + (int)reader.TokenStartIndex + quoted,
                Length = isContainer ? 0 : reader.ValueSpan.Length,
                After = row + 1,
            };
            if (isContainer)
                open[depth++] = row;
            row++;
        }
    }

    /// <summary>Compares the names of an object by a hash table; the hash is seeded afresh in each process, so no text can be made to collide.</summary>
    private void RefuseDuplicates(int container)
    {
        var count = Count(container);
        if (count < 2)
            return;
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count) * 2;
        var slots = ArrayPool<int>.Shared.Rent(size);
        slots.AsSpan(0, size).Clear(); // zero is free: row 0 is never a member name
        try
        {
            for (var row = container + 1; row < After(container); row = After(row + 1))
            {
                var slot = Hash(row) & (size - 1);
                for (; slots[slot] != 0; slot = (slot + 1) & (size - 1))
                {
                    if (SameText(slots[slot], row))
                        throw new InkstoneFormatException("an object has a member twice", Where(container), "each name once", Excerpt.Of(Text(row)));
                }
                slots[slot] = row;
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(slots);
        }
    }

    private int Hash(int row)
    {
        var hash = new HashCode();
        var rented = Open(row, out var text);
        hash.AddBytes(text);
        Close(rented);
        return hash.ToHashCode();
    }

    private bool SameText(int a, int b)
    {
        if (!_rows[a].Escaped && !_rows[b].Escaped)
            return Raw(a).SequenceEqual(Raw(b));
        var (rentedA, rentedB) = (Open(a, out var textA), Open(b, out var textB));
        var same = textA.SequenceEqual(textB);
        Close(rentedA);
        Close(rentedB);
        return same;
    }

    /// <summary>A string in UTF-8, its escapes undone in memory that is given back by <see cref="Close"/>.</summary>
    private byte[]? Open(int row, out ReadOnlySpan<byte> text)
    {
        text = Raw(row);
        if (!_rows[row].Escaped)
            return null;
        var rented = ArrayPool<byte>.Shared.Rent(text.Length);
        text = rented.AsSpan(0, Opened(row).CopyString(rented));
        return rented;
    }

    private static void Close(byte[]? rented)
    {
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private struct Row
    {
        public int Start;
        public int Length; // of a string or number in bytes; of a container in items or members
        public int After;
        public JsonTokenType Kind;
        public bool Escaped;
    }
}
