using System.Collections.Immutable;

namespace Inkstone.Foundation.Formats;

/// <summary>One tensor of a GGUF file: what the head says of it. The data is row-major and little-endian, each row whole blocks of its type.</summary>
/// <param name="name">The name.</param>
/// <param name="type">What its weights are stored as.</param>
/// <param name="shape">The shape, row-major.</param>
/// <param name="part">Which file of a split model it is in.</param>
/// <param name="fileOffset">Where its data begins, in bytes from the beginning of that file.</param>
/// <param name="byteLength">The length of its data in bytes.</param>
public sealed class GgufTensor(string name, GgufTensorType type, ImmutableArray<long> shape, int part, long fileOffset, long byteLength)
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>What its weights are stored as.</summary>
    public GgufTensorType Type => type;

    /// <summary>The shape, row-major: the length of a row last, where files have it first. No dimension is zero; empty for a single number.</summary>
    public ImmutableArray<long> Shape => shape;

    /// <summary>Which file of a split model it is in, from 0; 0 where there is one file.</summary>
    public int Part => part;

    /// <summary>Where its data begins, in bytes from the beginning of its file; a multiple of the file's alignment.</summary>
    public long FileOffset => fileOffset;

    /// <summary>The length of its data in bytes.</summary>
    public long ByteLength => byteLength;

    /// <summary>The number of weights.</summary>
    public long ElementCount => byteLength / type.BlockBytes() * type.BlockLength();

    /// <summary>The length of a row.</summary>
    public long RowLength => shape.IsEmpty ? 1 : shape[^1];

    /// <inheritdoc/>
    public override string ToString() => $"{name} {type} [{string.Join(", ", shape)}]";
}
