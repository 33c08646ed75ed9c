namespace Inkstone.Foundation.Formats;

/// <summary>The type of a value in GGUF metadata; the numbers are those of the format (github.com/ggml-org/ggml, <c>docs/gguf.md</c>).</summary>
public enum GgufType
{
    /// <summary>One byte, unsigned.</summary>
    UInt8 = 0,

    /// <summary>One byte, signed.</summary>
    Int8 = 1,

    /// <summary>Two bytes, unsigned.</summary>
    UInt16 = 2,

    /// <summary>Two bytes, signed.</summary>
    Int16 = 3,

    /// <summary>Four bytes, unsigned.</summary>
    UInt32 = 4,

    /// <summary>Four bytes, signed.</summary>
    Int32 = 5,

    /// <summary>A single-precision number.</summary>
    Float32 = 6,

    /// <summary>One byte: 0 or 1.</summary>
    Boolean = 7,

    /// <summary>Eight bytes of length, then UTF-8.</summary>
    String = 8,

    /// <summary>The type of the items, eight bytes with their number, then the items.</summary>
    Array = 9,

    /// <summary>Eight bytes, unsigned.</summary>
    UInt64 = 10,

    /// <summary>Eight bytes, signed.</summary>
    Int64 = 11,

    /// <summary>A double-precision number.</summary>
    Float64 = 12,
}
