namespace Inkstone.Foundation.Formats;

/// <summary>How a field of a protobuf message is laid out (Protocol Buffers documentation, "Encoding"). Groups are not read.</summary>
public enum ProtobufWireType
{
    /// <summary>A number in base 128, seven bits a byte, the lowest first.</summary>
    Varint = 0,

    /// <summary>Eight bytes, little-endian.</summary>
    Fixed64 = 1,

    /// <summary>A length, then so many bytes: text, bytes, a message or packed numbers.</summary>
    Bytes = 2,

    /// <summary>Four bytes, little-endian.</summary>
    Fixed32 = 5,
}
