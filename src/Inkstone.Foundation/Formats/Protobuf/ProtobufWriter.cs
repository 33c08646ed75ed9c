using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Inkstone.Foundation.Formats;

/// <summary>Writes a protobuf message, field by field, as <see cref="ProtobufReader"/> reads it.</summary>
public sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Writes an unsigned number.</summary>
    public void WriteUInt64(int field, ulong value)
    {
        Tag(field, ProtobufWireType.Varint);
        Varint(value);
    }

    /// <summary>Writes a number; a negative one takes ten bytes.</summary>
    public void WriteInt32(int field, int value) => WriteUInt64(field, (ulong)(long)value);

    /// <summary>Writes true or false.</summary>
    public void WriteBoolean(int field, bool value) => WriteUInt64(field, value ? 1UL : 0UL);

    /// <summary>Writes a single-precision number.</summary>
    public void WriteSingle(int field, float value)
    {
        Tag(field, ProtobufWireType.Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    /// <summary>Writes bytes.</summary>
    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, ProtobufWireType.Bytes);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    /// <summary>Writes text.</summary>
    public void WriteString(int field, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteBytes(field, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Writes a message within the message.</summary>
    public void WriteMessage(int field, ProtobufWriter value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteBytes(field, value.Written);
    }

    /// <summary>Forgets what has been written, so that the writer may be used again.</summary>
    public void Clear() => _bytes.ResetWrittenCount();

    private void Tag(int field, ProtobufWireType type)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(field);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(field, 536_870_911);
        Varint(((ulong)field << 3) | (uint)type);
    }

    private void Varint(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        _bytes.Advance(count);
    }
}
