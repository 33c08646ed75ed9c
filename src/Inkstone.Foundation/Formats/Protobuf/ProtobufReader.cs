using System.Buffers.Binary;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// Reads the fields of one protobuf message, in the order in which they stand, from bytes that may be hostile. It is a view: nothing is
/// allocated but the strings asked for, and every length is checked against what is left before it is used. Messages within messages
/// are readers of their own, at most <see cref="MaximumDepth"/> deep.
/// </summary>
public ref struct ProtobufReader
{
    /// <summary>The deepest nesting of messages that is read.</summary>
    public const int MaximumDepth = 32;

    private readonly ReadOnlySpan<byte> _data;
    private readonly string _source;
    private readonly long _offset; // of this message within the whole
    private readonly int _depth;
    private int _position;
    private int _fieldStart;
    private bool _isPending; // whether a field's value waits to be read

    /// <summary>A reader of a whole message.</summary>
    /// <param name="data">The message.</param>
    /// <param name="source">The name used in errors.</param>
    public ProtobufReader(ReadOnlySpan<byte> data, string source)
        : this(data, source, 0, 1)
    {
    }

    private ProtobufReader(ReadOnlySpan<byte> data, string source, long offset, int depth)
    {
        _data = data;
        (_source, _offset, _depth) = (source, offset, depth);
    }

    /// <summary>The number of the field that was found last.</summary>
    public int Field { get; private set; }

    /// <summary>The layout of the field that was found last.</summary>
    public ProtobufWireType WireType { get; private set; }

    /// <summary>Where the field that was found last stands, as errors say it.</summary>
    public readonly string Where => FormattableString.Invariant($"{_source}, byte {_offset + _fieldStart}, field {Field}");

    /// <summary>Goes to the next field; a value that was not read is passed over. False at the end of the message.</summary>
    /// <exception cref="InkstoneFormatException">The bytes are no protobuf message.</exception>
    public bool Next()
    {
        if (_isPending)
            Skip();
        if (_position == _data.Length)
            return false;
        (_fieldStart, Field) = (_position, 0);
        var tag = Varint();
        if (tag >> 3 is 0 or > 536_870_911)
            throw Error("a field has a number that cannot be", "1 to 536,870,911", FormattableString.Invariant($"{tag >> 3}"));
        Field = (int)(tag >> 3);
        WireType = (ProtobufWireType)(tag & 7);
        if (WireType is not (ProtobufWireType.Varint or ProtobufWireType.Fixed64 or ProtobufWireType.Bytes or ProtobufWireType.Fixed32))
            throw Error("a field has a wire type that is not read", "0 (varint), 1 (64 bits), 2 (length and bytes) or 5 (32 bits)",
                FormattableString.Invariant($"{tag & 7}"));
        _isPending = true;
        return true;
    }

    /// <summary>The value of the field as an unsigned number.</summary>
    /// <exception cref="InkstoneFormatException">The field is laid out otherwise or ends too soon.</exception>
    public ulong ReadUInt64()
    {
        Begin(ProtobufWireType.Varint);
        return Varint();
    }

    /// <summary>The value of the field as a 32-bit number (negative ones are written as 64 bits).</summary>
    /// <inheritdoc cref="ReadUInt64"/>
    public int ReadInt32()
    {
        var value = (long)ReadUInt64();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value
            : throw Error("a number does not fit 32 bits", found: FormattableString.Invariant($"{value}"));
    }

    /// <summary>The value of the field as true or false.</summary>
    /// <inheritdoc cref="ReadUInt64"/>
    public bool ReadBoolean() => ReadUInt64() != 0;

    /// <summary>The value of the field as a single-precision number, which must be finite.</summary>
    /// <inheritdoc cref="ReadUInt64"/>
    public float ReadFiniteSingle()
    {
        Begin(ProtobufWireType.Fixed32);
        var value = BinaryPrimitives.ReadSingleLittleEndian(Take(4));
        return float.IsFinite(value) ? value : throw Error("a number is not finite", found: FormattableString.Invariant($"{value}"));
    }

    /// <summary>The bytes of the field.</summary>
    /// <inheritdoc cref="ReadUInt64"/>
    public ReadOnlySpan<byte> ReadBytes()
    {
        Begin(ProtobufWireType.Bytes);
        var length = Varint();
        if (length > (ulong)(_data.Length - _position))
            throw Error("a length reaches beyond the end", FormattableString.Invariant($"at most {_data.Length - _position}"),
                FormattableString.Invariant($"{length}"), "The file was probably not copied or downloaded to its end.");
        return Take((int)length);
    }

    /// <summary>The text of the field, which must be UTF-8.</summary>
    /// <inheritdoc cref="ReadUInt64"/>
    public string ReadString()
    {
        var bytes = ReadBytes();
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error("a text is not UTF-8");
    }

    /// <summary>A reader of the message in the field.</summary>
    /// <exception cref="InkstoneFormatException">The field is laid out otherwise, ends too soon, or lies too deep.</exception>
    public ProtobufReader ReadMessage()
    {
        if (_depth == MaximumDepth)
            throw Error("messages are nested too deeply", FormattableString.Invariant($"at most {MaximumDepth} levels"));
        var bytes = ReadBytes();
        return new(bytes, _source, _offset + _position - bytes.Length, _depth + 1);
    }

    /// <summary>An error about the field that was found last.</summary>
    public readonly InkstoneFormatException Error(string what, string? expected = null, string? found = null, string? fix = null) =>
        new(what, Where, expected, found, fix);

    private void Skip()
    {
        switch (WireType)
        {
            case ProtobufWireType.Varint:
                ReadUInt64();
                break;
            case ProtobufWireType.Bytes:
                ReadBytes();
                break;
            default:
                Begin(WireType);
                Take(WireType == ProtobufWireType.Fixed32 ? 4 : 8);
                break;
        }
    }

    private void Begin(ProtobufWireType expected)
    {
        if (!_isPending)
            throw new InvalidOperationException("The value of a field is read once, after Next.");
        if (WireType != expected)
            throw Error("a field is not laid out as its kind must be", expected.ToString(), WireType.ToString());
        _isPending = false;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_data.Length - _position < count)
            throw Error("the data ends within a field", FormattableString.Invariant($"{count} bytes"),
                FormattableString.Invariant($"{_data.Length - _position}"), "The file was probably not copied or downloaded to its end.");
        _position += count;
        return _data.Slice(_position - count, count);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            if (shift == 63 && next > 1)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw Error("a number is too long", "at most 64 bits in ten bytes");
    }
}
