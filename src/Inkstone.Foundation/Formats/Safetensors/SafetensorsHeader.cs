using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// The header of a safetensors file: eight bytes of length, then a JSON object of names, types, shapes and byte extents.
/// It is read with ordinary reads and believed in nothing: lengths are checked against the file before memory is spent,
/// and the extents must cover the data exactly, in some order, without overlap, hole or rest.
/// </summary>
public sealed class SafetensorsHeader
{
    /// <summary>The longest header the format allows, in bytes.</summary>
    public const int MaximumHeaderBytes = 100_000_000;

    /// <summary>The longest tensor name accepted, in characters.</summary>
    public const int MaximumNameLength = 4096;

    /// <summary>The greatest number of dimensions accepted.</summary>
    public const int MaximumRank = 32;

    /// <summary>The greatest number of metadata entries accepted.</summary>
    public const int MaximumMetadataCount = 4096;

    internal const string MetadataKey = "__metadata__";
    internal const int PrefixBytes = 8;

    private const string NotSafetensors = "This is probably not a safetensors file.";
    private const string Unfinished = "The file was probably not copied or downloaded to its end.";

    private static readonly JsonLimits Limits = new()
    {
        MaximumBytes = MaximumHeaderBytes,
        MaximumDepth = 8,
        MaximumStringBytes = 1 << 20,
        MaximumValues = 4_000_000,
    };

    private readonly Dictionary<string, SafetensorsTensor> _byName;

    private SafetensorsHeader(string source, List<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Source = source;
        Tensors = tensors;
        Metadata = metadata;
        _byName = new(tensors.Count, StringComparer.Ordinal);
        foreach (var tensor in tensors)
            _byName.Add(tensor.Name, tensor);
    }

    /// <summary>The file, as errors name it.</summary>
    public string Source { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The text-to-text metadata; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Finds a tensor; null when there is none of that name.</summary>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InkstoneFormatException">There is none of that name.</exception>
    public SafetensorsTensor Get(string name) => Find(name)
        ?? throw new InkstoneFormatException("a tensor is missing", Source, $"a tensor {Excerpt.Of(name)}", $"{Tensors.Count} others");

    /// <summary>Reads the header of a whole safetensors file from a stream that can seek.</summary>
    /// <param name="stream">The file; its whole length counts.</param>
    /// <param name="source">The name used in errors.</param>
    /// <exception cref="InkstoneFormatException">It is not a well-formed safetensors file.</exception>
    public static SafetensorsHeader Read(Stream stream, string source)
    {
        var length = stream.Length;
        stream.Position = 0;
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (length < PrefixBytes || stream.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false) < PrefixBytes)
            throw new InkstoneFormatException("the file is too short to be safetensors", source, "8 bytes of header length", $"{length} bytes");
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaximumHeaderBytes)
            throw new InkstoneFormatException("the header length is beyond what the format allows", $"{source}, byte 0", $"at most {MaximumHeaderBytes}", $"{headerLength}", NotSafetensors);
        if (headerLength > (ulong)(length - PrefixBytes))
            throw new InkstoneFormatException("the header length is beyond the end of the file", $"{source}, byte 0", $"at most {length - PrefixBytes}", $"{headerLength}", Unfinished);
        var json = new byte[(int)headerLength];
        var read = stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
        if (read < json.Length)
            throw new InkstoneFormatException("the file ended inside its header", source, $"{json.Length} bytes of header", $"{read}");
        return Parse(json, length - PrefixBytes - json.Length, source);
    }

    private static SafetensorsHeader Parse(byte[] json, long dataLength, string source)
    {
        var where = $"{source}, header";
        if (json.Length == 0 || json[0] != (byte)'{')
            throw new InkstoneFormatException("the header does not begin with an object", $"{source}, byte 8", "'{'",
                json.Length == 0 ? "an empty header" : $"byte 0x{json[0]:X2}", NotSafetensors);
        var root = BoundedJson.Adopt(json, where, Limits);
        IReadOnlyDictionary<string, string> metadata = ImmutableDictionary<string, string>.Empty;
        var dataStart = (long)PrefixBytes + json.Length;
        var tensors = new List<SafetensorsTensor>(root.Count);
        foreach (var (name, value) in root.Members())
        {
            if (name == MetadataKey)
                metadata = ReadMetadata(value);
            else
                tensors.Add(ReadTensor(name, value, dataStart, dataLength));
        }
        tensors.Sort(static (a, b) => a.FileOffset != b.FileOffset ? a.FileOffset.CompareTo(b.FileOffset)
            : a.ByteLength != b.ByteLength ? a.ByteLength.CompareTo(b.ByteLength)
            : string.CompareOrdinal(a.Name, b.Name));
        RefuseGaps(tensors, dataStart, dataLength, where);
        return new(source, tensors, metadata);
    }

    private static Dictionary<string, string> ReadMetadata(JsonValue value)
    {
        if (value.Kind == JsonValueKind.Object && value.Count > MaximumMetadataCount)
            throw value.Error("too much metadata", $"at most {MaximumMetadataCount} entries");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in value.Members())
            metadata.Add(key, text.AsString());
        return metadata;
    }

    private static SafetensorsTensor ReadTensor(string name, JsonValue value, long dataStart, long dataLength)
    {
        if (name.Length is 0 or > MaximumNameLength)
            throw new InkstoneFormatException("a tensor name is empty or too long", value.Where,
                $"1 to {MaximumNameLength} characters", $"{name.Length} characters");
        var members = (Type: value.Find("dtype"), Shape: value.Find("shape"), Extent: value.Find("data_offsets"));
        if (members is not ({ } typeName, { } dimensions, { } offsets))
            throw value.Error("a tensor lacks a member", "dtype, shape and data_offsets");
        if (value.Count != 3)
            throw value.Error("a tensor has a member that is not understood", "dtype, shape and data_offsets only");
        if (!SafetensorsTypes.TryParse(typeName.AsString(), out var type))
            throw typeName.Error(SafetensorsTypes.Unread.Contains(typeName.AsString()) ? "an element type that is not read" : "an unknown element type", string.Join(", ", SafetensorsTypes.Names));
        var shape = ImmutableCollectionsMarshal.AsImmutableArray(dimensions.AsInt64s(0, long.MaxValue, MaximumRank));
        var (begin, end) = ReadExtent(offsets, dataLength);
        if (ByteCount(shape, type) is not { } expected)
            throw value.Error("the size of a tensor overflows", "fewer than 2^63 bytes");
        if (expected != end - begin)
            throw new InkstoneFormatException("the size of a tensor is unlike its shape and type", value.Where,
                $"{expected} bytes for {type.Name()} [{string.Join(", ", shape)}]", $"{end - begin} bytes");
        return new(name, type, shape, dataStart + begin, end - begin);
    }

    private static (long Begin, long End) ReadExtent(JsonValue value, long dataLength)
    {
        if (value.Kind != JsonValueKind.Array || value.Count != 2)
            throw value.Error("data offsets are not a pair", "an array of two whole numbers");
        var pair = value.AsInt64s(0, long.MaxValue, 2);
        if (pair[0] > pair[1])
            throw new InkstoneFormatException("data begins after its end", value.Where, "begin at most end", $"[{pair[0]}, {pair[1]}]");
        if (pair[1] > dataLength)
            throw new InkstoneFormatException("data lies beyond the end of the file", value.Where, $"an end of at most {dataLength}", $"{pair[1]}", Unfinished);
        return (pair[0], pair[1]);
    }

    private static void RefuseGaps(List<SafetensorsTensor> tensors, long dataStart, long dataLength, string where)
    {
        var position = dataStart;
        foreach (var tensor in tensors)
        {
            if (tensor.FileOffset != position)
                throw new InkstoneFormatException(tensor.FileOffset < position ? "tensors overlap" : "there is a hole between tensors",
                    $"{where}, tensor {Excerpt.Of(tensor.Name)}", $"data from offset {position - dataStart}", $"data from offset {tensor.FileOffset - dataStart}");
            position += tensor.ByteLength;
        }
        if (position != dataStart + dataLength)
            throw new InkstoneFormatException("there are bytes after the last tensor", where, $"{position - dataStart} bytes of data", $"{dataLength} bytes");
    }

    /// <summary>The bytes a shape takes, or null when the size overflows, even where a zero would make it nothing in the end.</summary>
    private static long? ByteCount(ImmutableArray<long> shape, SafetensorsType type)
    {
        var bytes = (Int128)type.ByteSize();
        foreach (var dimension in shape)
        {
            bytes *= Math.Max(dimension, 1);
            if (bytes > long.MaxValue)
                return null;
        }
        return shape.Contains(0) ? 0 : (long)bytes;
    }
}
