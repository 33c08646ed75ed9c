using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// The head of one GGUF file: metadata, then the list of tensors. It is read with ordinary reads and believed in nothing: lengths are checked against
/// the file before memory is spent, sizes are computed from shapes and types, and the data must lie in the file one tensor after another, in some
/// order, each at the next multiple of the alignment.
/// </summary>
public sealed class GgufHeader
{
    /// <summary>The longest tensor name, in bytes.</summary>
    public const int MaximumTensorNameBytes = 64;

    /// <summary>The greatest number of dimensions.</summary>
    public const int MaximumRank = 4;

    /// <summary>The alignment of tensors in a file that does not say.</summary>
    public const int DefaultAlignment = 32;

    /// <summary>The name of the value that gives the alignment.</summary>
    public const string AlignmentKey = "general.alignment";

    private const int LeastTensorBytes = 25; // a name of one byte and its length, the number of dimensions, a type, an offset
    private const string Unfinished = "The file was probably not copied or downloaded to its end.";

    private readonly Dictionary<string, GgufTensor> _byName;

    private GgufHeader(GgufMetadata metadata, int alignment, Dictionary<string, GgufTensor> byName, GgufTensor[] tensors, long dataOffset) =>
        (Metadata, Alignment, _byName, Tensors, DataOffset) = (metadata, alignment, byName, tensors, dataOffset);

    /// <summary>The file, as errors name it.</summary>
    public string Source => Metadata.Source;

    /// <summary>The named values.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>What the offsets of tensors are multiples of; a power of two.</summary>
    public int Alignment { get; }

    /// <summary>The tensors in the order of the list.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Where the data begins, in bytes from the beginning of the file.</summary>
    public long DataOffset { get; }

    /// <summary>Finds a tensor; null when there is none of that name.</summary>
    public GgufTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InkstoneFormatException">There is none of that name.</exception>
    public GgufTensor Get(string name) => Find(name) ?? throw Missing(Source, name, Tensors.Count);

    /// <summary>Reads the head of a whole GGUF file from a stream that can seek.</summary>
    /// <param name="stream">The file; its whole length counts.</param>
    /// <param name="source">The name used in errors.</param>
    /// <param name="part">The <see cref="GgufTensor.Part"/> of its tensors.</param>
    /// <exception cref="InkstoneFormatException">It is not a well-formed GGUF file.</exception>
    public static GgufHeader Read(Stream stream, string source, int part = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Position = 0;
        var reader = new GgufReader(stream, source);
        var metadata = GgufMetadata.Read(reader);
        var alignment = ReadAlignment(metadata);
        reader.Enter("list of tensors", -1);
        if (metadata.TensorCount > reader.Left / LeastTensorBytes)
            throw new InkstoneFormatException("a GGUF file is too short for its tensors", reader.Where, FormattableString.Invariant($"at most {reader.Left / LeastTensorBytes}"),
                FormattableString.Invariant($"{metadata.TensorCount}"), Unfinished);
        var count = (int)metadata.TensorCount;
        var extents = new Extent[count];
        var byName = new Dictionary<string, GgufTensor>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
            extents[i] = ReadTensor(reader, i, alignment);
        var dataOffset = Align(reader.Position, alignment);
        RefuseGaps(extents, dataOffset, alignment, reader);
        var tensors = new GgufTensor[count];
        for (var i = 0; i < count; i++)
        {
            var (name, type, shape, offset, bytes) = extents[i];
            tensors[i] = new(name, type, shape, part, dataOffset + offset, bytes);
            if (!byName.TryAdd(name, tensors[i]))
                throw new InkstoneFormatException("a tensor stands twice in the list", $"{source}, tensor {Excerpt.Of(name)}");
        }
        return new(metadata, alignment, byName, tensors, dataOffset);
    }

    internal static long Align(long position, int alignment) => checked(position + alignment - 1) & -(long)alignment;

    internal static InkstoneFormatException Missing(string source, string name, int others) =>
        new("a tensor is missing", source, $"a tensor {Excerpt.Of(name)}", FormattableString.Invariant($"{others} others"));

    private static int ReadAlignment(GgufMetadata metadata)
    {
        if (metadata.Find(AlignmentKey) is not { } value)
            return DefaultAlignment;
        var alignment = value.AsInt64();
        return alignment is > 0 and <= 1 << 30 && BitOperations.IsPow2(alignment) ? (int)alignment
            : throw value.Error("the alignment of a GGUF file is no power of two, or too large", "1 to 2^30", FormattableString.Invariant($"{alignment}"));
    }

    private static Extent ReadTensor(GgufReader reader, int index, int alignment)
    {
        reader.Enter("tensor", index);
        var name = reader.TakeName(MaximumTensorNameBytes);
        reader.Enter("tensor", index, name);
        var shape = ReadShape(reader);
        var number = reader.TakeUInt32();
        if (number >= GgufTensorTypes.Count)
            throw new InkstoneFormatException("a tensor is of an unknown type", reader.Where, FormattableString.Invariant($"0 to {GgufTensorTypes.Count - 1}"),
                FormattableString.Invariant($"{number}"), "The file is newer than this reader, or broken.");
        var type = (GgufTensorType)number;
        var row = shape.IsEmpty ? 1 : shape[^1];
        if (row % type.BlockLength() != 0)
            throw new InkstoneFormatException("the rows of a tensor are no whole blocks", reader.Where,
                FormattableString.Invariant($"a multiple of {type.BlockLength()} for {type}"), FormattableString.Invariant($"{row}"));
        if (type.ByteCount(shape.AsSpan()) is not { } bytes)
            throw new InkstoneFormatException("the size of a tensor overflows", reader.Where, "fewer than 2^63 bytes", $"{type} [{string.Join(", ", shape)}]");
        var offset = reader.TakeUInt64();
        if (offset % (ulong)alignment != 0)
            throw new InkstoneFormatException("the offset of a tensor is not aligned", reader.Where, FormattableString.Invariant($"a multiple of {alignment}"),
                FormattableString.Invariant($"{offset}"));
        if (offset > (ulong)reader.FileLength || bytes > reader.FileLength - (long)offset)
            throw new InkstoneFormatException("the data of a tensor lies beyond the end of the file", reader.Where, FormattableString.Invariant($"{reader.FileLength} bytes in all"),
                FormattableString.Invariant($"{bytes} bytes from offset {offset} on"), Unfinished);
        return new(name, type, shape, (long)offset, bytes);
    }

    private static ImmutableArray<long> ReadShape(GgufReader reader)
    {
        var rank = reader.TakeUInt32();
        if (rank > MaximumRank)
            throw new InkstoneFormatException("a tensor has too many dimensions", reader.Where, FormattableString.Invariant($"at most {MaximumRank}"), FormattableString.Invariant($"{rank}"));
        var start = reader.Take(8 * rank);
        if (rank == 0)
            return [];
        var shape = new long[rank];
        for (var i = 0; i < shape.Length; i++)
        {
            var dimension = BinaryPrimitives.ReadInt64LittleEndian(reader.Buffer.AsSpan(start + (8 * i)));
            shape[^(i + 1)] = dimension > 0 ? dimension
                : throw new InkstoneFormatException("a dimension of a tensor is zero or too large", reader.Where, "1 to 2^63 - 1", FormattableString.Invariant($"{(ulong)dimension}"));
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(shape);
    }

    /// <summary>Each tensor must begin where the one before it ended, and the last one end inside the file.</summary>
    private static void RefuseGaps(Extent[] extents, long dataOffset, int alignment, GgufReader reader)
    {
        var (offsets, order) = (new long[extents.Length], new int[extents.Length]);
        for (var i = 0; i < extents.Length; i++)
            (offsets[i], order[i]) = (extents[i].Offset, i);
        Array.Sort(offsets, order);
        long end = 0;
        foreach (var i in order)
        {
            var (name, _, _, offset, bytes) = extents[i];
            reader.Enter("tensor", i, name);
            var begin = Align(end, alignment);
            if (offset != begin)
                throw new InkstoneFormatException(offset < begin ? "tensors overlap" : "there is a hole between tensors", reader.Where,
                    FormattableString.Invariant($"data from offset {begin} on"), FormattableString.Invariant($"from {offset} on"));
            end = offset + bytes;
            if (end > reader.FileLength - dataOffset)
                throw new InkstoneFormatException("the data of a tensor lies beyond the end of the file", reader.Where,
                    FormattableString.Invariant($"{Math.Max(0, reader.FileLength - dataOffset)} bytes of data"),
                    FormattableString.Invariant($"{bytes} bytes from offset {offset} on"), Unfinished);
        }
    }

    private readonly record struct Extent(string Name, GgufTensorType Type, ImmutableArray<long> Shape, long Offset, long Bytes);
}
