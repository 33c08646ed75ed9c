using System.Buffers.Binary;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>One value of GGUF metadata, which knows where it stands. Its bytes have been checked to be whole; they are decoded when asked for.</summary>
public readonly struct GgufValue
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly GgufPlace _where;

    internal GgufValue(GgufType type, GgufType elementType, int count, ReadOnlyMemory<byte> bytes, GgufPlace where) =>
        (Type, ElementType, Count, _bytes, _where) = (type, elementType, count, bytes, where);

    /// <summary>What it is.</summary>
    public GgufType Type { get; }

    /// <summary>Of an array, what its items are; else <see cref="Type"/>.</summary>
    public GgufType ElementType { get; }

    /// <summary>Of an array, how many items it has; else 1.</summary>
    public int Count { get; }

    /// <summary>The text.</summary>
    /// <exception cref="InkstoneFormatException">It is no text, or no UTF-8.</exception>
    public string AsString() => Type == GgufType.String ? ToText(_bytes.Span[8..]) : throw Wrong("a text");

    /// <summary>The whole number, of whatever width.</summary>
    /// <exception cref="InkstoneFormatException">It is no whole number, or one of more than 63 bits.</exception>
    public long AsInt64() => IsWhole(Type) ? Whole(Type, _bytes.Span) : throw Wrong("a whole number");

    /// <summary>True or false.</summary>
    /// <exception cref="InkstoneFormatException">It is neither.</exception>
    public bool AsBoolean() => Type == GgufType.Boolean && _bytes.Span[0] <= 1 ? _bytes.Span[0] == 1 : throw Wrong("true or false (1 or 0)");

    /// <summary>The number.</summary>
    /// <exception cref="InkstoneFormatException">It is no number.</exception>
    public double AsDouble() => Type switch
    {
        GgufType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(_bytes.Span),
        GgufType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(_bytes.Span),
        _ => AsInt64(),
    };

    /// <summary>The items of an array of single-precision numbers, all finite.</summary>
    /// <exception cref="InkstoneFormatException">It is no such array.</exception>
    public float[] AsSingles()
    {
        if (Type != GgufType.Array || ElementType != GgufType.Float32)
            throw Wrong("an array of Float32");
        var items = new float[Count];
        for (var i = 0; i < Count; i++)
        {
            items[i] = BinaryPrimitives.ReadSingleLittleEndian(_bytes.Span[(4 * i)..]);
            if (!float.IsFinite(items[i]))
                throw new InkstoneFormatException("a number is not finite", FormattableString.Invariant($"{_where}, item {i}"));
        }
        return items;
    }

    /// <summary>The items of an array of whole numbers that fit 32 bits.</summary>
    /// <exception cref="InkstoneFormatException">It is no such array.</exception>
    public int[] AsInt32s()
    {
        if (Type != GgufType.Array || !IsWhole(ElementType))
            throw Wrong("an array of whole numbers");
        var (items, size) = (new int[Count], GgufMetadata.SizeOf(ElementType));
        for (var i = 0; i < Count; i++)
        {
            var item = Whole(ElementType, _bytes.Span[(size * i)..]);
            items[i] = item is >= int.MinValue and <= int.MaxValue ? (int)item
                : throw new InkstoneFormatException("a number does not fit 32 bits", FormattableString.Invariant($"{_where}, item {i}"), found: FormattableString.Invariant($"{item}"));
        }
        return items;
    }

    /// <summary>The items of an array of texts, as they stand: UTF-8, unless the file is broken.</summary>
    /// <exception cref="InkstoneFormatException">It is no such array.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> AsTexts()
    {
        if (Type != GgufType.Array || ElementType != GgufType.String)
            throw Wrong("an array of texts");
        return Texts(_bytes, Count);
    }

    /// <summary>An error about this value.</summary>
    public InkstoneFormatException Error(string what, string? expected = null, string? found = null, string? fix = null) => new(what, _where.ToString(), expected, found, fix);

    private static IEnumerable<ReadOnlyMemory<byte>> Texts(ReadOnlyMemory<byte> rest, int count)
    {
        for (; count > 0; count--)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest.Span);
            yield return rest.Slice(8, length);
            rest = rest[(8 + length)..];
        }
    }

    private static bool IsWhole(GgufType type) => type is <= GgufType.Int32 or GgufType.UInt64 or GgufType.Int64;

    private long Whole(GgufType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufType.UInt8 => bytes[0],
        GgufType.Int8 => (sbyte)bytes[0],
        GgufType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        GgufType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        GgufType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        GgufType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        GgufType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes) is >= 0 and var value ? value : throw Wrong("a whole number of at most 63 bits"),
    };

    private string ToText(ReadOnlySpan<byte> utf8) => System.Text.Unicode.Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Error("a text is not UTF-8");

    private InkstoneFormatException Wrong(string expected) =>
        Error("a value of GGUF metadata is of another type", expected, Type == GgufType.Array ? $"an array of {ElementType}" : Type.ToString());
}
