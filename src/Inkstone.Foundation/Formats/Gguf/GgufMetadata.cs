using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// The metadata of a GGUF file, version 2 or 3, little-endian: named values. Only this part of the file is read. It may be hostile: every
/// length is checked against what is left of the file before memory is spent, arrays of arrays are refused, and names are counted.
/// </summary>
public sealed class GgufMetadata
{
    /// <summary>The most values that are read.</summary>
    public const int MaximumCount = 65_536;

    /// <summary>The most tensors that are read.</summary>
    public const int MaximumTensors = 1 << 20;

    /// <summary>The longest name, in bytes, as the format says.</summary>
    public const int MaximumNameBytes = 65_535;

    /// <summary>The most metadata that is read, in bytes; large vocabularies take some ten million.</summary>
    public const int MaximumBytes = 1 << 29;

    internal const int HeadBytes = 24;
    private const int LeastValueBytes = 14; // a name of one byte and its length, a type, one byte
    private readonly Dictionary<string, GgufValue> _values;

    private GgufMetadata(string source, int version, int tensorCount, int count)
    {
        (Source, Version, TensorCount) = (source, version, tensorCount);
        _values = new(count, StringComparer.Ordinal);
    }

    /// <summary>The file, as errors name it.</summary>
    public string Source { get; }

    /// <summary>The version of the format.</summary>
    public int Version { get; }

    /// <summary>How many tensors the file says it has.</summary>
    public long TensorCount { get; }

    /// <summary>Where the metadata ends and the list of tensors begins.</summary>
    public long EndOffset { get; private set; }

    /// <summary>The names of all values.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>What the values lie in.</summary>
    internal byte[] Buffer { get; private set; } = [];

    /// <summary>A value; null if there is none of that name.</summary>
    public GgufValue? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    /// <summary>A value that must be there.</summary>
    /// <exception cref="InkstoneFormatException">There is none of that name.</exception>
    public GgufValue Get(string name) => Find(name) ?? throw new InkstoneFormatException("GGUF metadata lacks a value", Source, Excerpt.Of(name));

    /// <summary>Reads the metadata at the beginning of a stream that can seek.</summary>
    /// <param name="stream">The file; its whole length counts.</param>
    /// <param name="source">The name used in errors.</param>
    /// <exception cref="InkstoneFormatException">It is not well-formed.</exception>
    public static GgufMetadata Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Position = 0;
        return Read(new GgufReader(stream, source));
    }

    internal static GgufMetadata Read(GgufReader reader)
    {
        var start = reader.Take(4);
        if (!reader.Buffer.AsSpan(start, 4).SequenceEqual("GGUF"u8))
            throw new InkstoneFormatException("the file does not begin as a GGUF file does", reader.Source, "'GGUF'", fix: "This is probably not a GGUF file.");
        var version = reader.TakeUInt32();
        if (version is not (2 or 3))
            throw new InkstoneFormatException("a GGUF file is of a version that is not read", reader.Source, "2 or 3, little-endian",
                version is 0x02000000 or 0x03000000 ? "big-endian" : FormattableString.Invariant($"{version}"));
        var (tensors, count) = (reader.TakeUInt64(), reader.TakeUInt64());
        if (count > MaximumCount || tensors > MaximumTensors)
            throw new InkstoneFormatException("a GGUF file has too many values or tensors", reader.Source,
                FormattableString.Invariant($"at most {MaximumCount} values and {MaximumTensors} tensors"), FormattableString.Invariant($"{count} values, {tensors} tensors"));
        if (count > (ulong)(reader.Left / LeastValueBytes))
            throw new InkstoneFormatException("a GGUF file is too short for its values", reader.Source, FormattableString.Invariant($"at most {reader.Left / LeastValueBytes}"),
                FormattableString.Invariant($"{count}"));
        var metadata = new GgufMetadata(reader.Source, (int)version, (int)tensors, (int)count);
        for (var i = 0; i < (int)count; i++)
            metadata.ReadValue(reader, i);
        metadata.EndOffset = reader.Position;
        metadata.Buffer = reader.Buffer;
        return metadata;
    }

    /// <summary>The size of a value of fixed size, in bytes; 0 for texts and arrays.</summary>
    internal static int SizeOf(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Boolean => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => 0,
    };

    private void ReadValue(GgufReader reader, int index)
    {
        reader.Enter("value", index);
        var name = reader.TakeName(MaximumNameBytes);
        reader.Enter("value", index, name);
        var type = ReadType(reader);
        var (elementType, count) = type == GgufType.Array ? (ReadType(reader), reader.TakeUInt64()) : (type, 1);
        if (type == GgufType.Array && elementType == GgufType.Array)
            throw new InkstoneFormatException("an array of arrays in GGUF metadata is not read", reader.Where);
        var size = SizeOf(elementType);
        var least = (ulong)(size == 0 ? 8 : size);
        if (count > (ulong)reader.Left / least)
            throw new InkstoneFormatException("a value of GGUF metadata is longer than the file", reader.Where,
                FormattableString.Invariant($"at most {(ulong)reader.Left / least} items"), FormattableString.Invariant($"{count}"),
                "The file was probably not copied or downloaded to its end.");
        var start = reader.Position;
        if (size == 0)
            reader.TakeTexts((long)count);
        else
            reader.Take((long)count * size);
        if (!_values.TryAdd(name, new(this, name, type, elementType, (int)count, start, reader.Position - start)))
            throw new InkstoneFormatException("a name stands twice in GGUF metadata", reader.Where);
    }

    private static GgufType ReadType(GgufReader reader)
    {
        var type = reader.TakeUInt32();
        return type <= (uint)GgufType.Float64 ? (GgufType)type
            : throw new InkstoneFormatException("a value of GGUF metadata is of an unknown type", reader.Where, "0 to 12", FormattableString.Invariant($"{type}"));
    }
}
