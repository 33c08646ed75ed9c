using System.Collections.Immutable;

namespace Inkstone.Foundation.Formats;

/// <summary>One tensor of a safetensors file: what the header says of it. The data is row-major and little-endian.</summary>
/// <param name="name">The name.</param>
/// <param name="type">The element type.</param>
/// <param name="shape">The shape; empty for a single number.</param>
/// <param name="fileOffset">Where its data begins, in bytes from the beginning of the file.</param>
/// <param name="byteLength">The length of its data in bytes.</param>
public sealed class SafetensorsTensor(string name, SafetensorsType type, ImmutableArray<long> shape, long fileOffset, long byteLength)
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>The element type.</summary>
    public SafetensorsType Type => type;

    /// <summary>The shape; empty for a single number. A dimension may be zero.</summary>
    public ImmutableArray<long> Shape => shape;

    /// <summary>Where its data begins, in bytes from the beginning of the file.</summary>
    public long FileOffset => fileOffset;

    /// <summary>The length of its data in bytes.</summary>
    public long ByteLength => byteLength;

    /// <summary>The number of elements.</summary>
    public long ElementCount => byteLength / type.ByteSize();

    /// <inheritdoc/>
    public override string ToString() => $"{name} {type.Name()} [{string.Join(", ", shape)}]";
}
