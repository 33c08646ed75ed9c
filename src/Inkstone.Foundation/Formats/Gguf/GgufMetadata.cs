using System.Buffers.Binary;
using System.Text;
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

    /// <summary>The longest name, in bytes, as the format says.</summary>
    public const int MaximumNameBytes = 65_535;

    /// <summary>The most metadata that is read, in bytes; large vocabularies take some ten million.</summary>
    public const int MaximumBytes = 1 << 29;

    private const string NotGguf = "This is probably not a GGUF file.";
    private const int LeastValueBytes = 14; // a name of one byte with its length, a type, a value of one byte
    private readonly Dictionary<string, GgufValue> _values;

    private GgufMetadata(string source, int version, long tensorCount, int count)
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
        var reader = new Reader(stream, source);
        var head = reader.Take(24, new(source)).Span;
        if (!head[..4].SequenceEqual("GGUF"u8))
            throw new InkstoneFormatException("the file does not begin as a GGUF file does", source, "'GGUF'", fix: NotGguf);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (version is not (2 or 3))
            throw new InkstoneFormatException("a GGUF file is of a version that is not read", source, "2 or 3, little-endian", FormattableString.Invariant($"{version}"));
        var (tensors, count) = (BinaryPrimitives.ReadUInt64LittleEndian(head[8..]), BinaryPrimitives.ReadUInt64LittleEndian(head[16..]));
        if (count > MaximumCount || tensors > int.MaxValue)
            throw new InkstoneFormatException("a GGUF file has too many values or tensors", source, FormattableString.Invariant($"at most {MaximumCount} values"),
                FormattableString.Invariant($"{count} values, {tensors} tensors"));
        if (count > (ulong)reader.Left / LeastValueBytes)
            throw new InkstoneFormatException("a GGUF file has more values than there is room for", source, found: FormattableString.Invariant($"{count} values"), fix: NotGguf);
        var metadata = new GgufMetadata(source, (int)version, (long)tensors, (int)count);
        for (var i = 0; i < (int)count; i++)
            metadata.ReadValue(reader, i);
        metadata.EndOffset = reader.Position;
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

    private void ReadValue(Reader reader, int index)
    {
        var name = reader.TakeName(index);
        var where = new GgufPlace(Source, name);
        var type = ReadType(reader, where);
        var (elementType, items) = (type, 1);
        ReadOnlyMemory<byte> bytes;
        if (type == GgufType.String)
            bytes = reader.TakeTexts(1, where);
        else if (type == GgufType.Array)
        {
            elementType = ReadType(reader, where);
            (items, bytes) = ReadArray(reader, elementType, where);
        }
        else
            bytes = reader.Take(SizeOf(type), where);
        if (!_values.TryAdd(name, new(type, elementType, items, bytes, where)))
            throw new InkstoneFormatException("a name stands twice in GGUF metadata", where.ToString());
    }

    private static GgufType ReadType(Reader reader, GgufPlace where)
    {
        var type = reader.TakeUInt32(where);
        return type <= (uint)GgufType.Float64 ? (GgufType)type
            : throw new InkstoneFormatException("a value of GGUF metadata is of an unknown type", where.ToString(), "0 to 12", FormattableString.Invariant($"{type}"));
    }

    private static (int Count, ReadOnlyMemory<byte> Items) ReadArray(Reader reader, GgufType type, GgufPlace where)
    {
        if (type == GgufType.Array)
            throw new InkstoneFormatException("an array of arrays in GGUF metadata is not read", where.ToString());
        var count = reader.TakeUInt64(where);
        var least = (ulong)Math.Max(SizeOf(type), type == GgufType.String ? 8 : 1);
        if (count > (ulong)reader.Left / least)
            throw new InkstoneFormatException("an array in GGUF metadata is longer than the file", where.ToString(), FormattableString.Invariant($"at most {(ulong)reader.Left / least} items"),
                FormattableString.Invariant($"{count}"), "The file was probably not copied or downloaded to its end.");
        return ((int)count, type == GgufType.String ? reader.TakeTexts((int)count, where) : reader.Take((int)count * (long)SizeOf(type), where));
    }

    /// <summary>Reads forward through a buffer; nothing is taken that the file is too short for.</summary>
    private sealed class Reader(Stream stream, string source)
    {
        private readonly long _length = stream.Length;
        private byte[] _name = new byte[64];

        /// <summary>Where the next byte stands.</summary>
        public long Position { get; private set; }

        /// <summary>How many bytes may still be taken.</summary>
        public long Left => Math.Min(_length, MaximumBytes) - Position;

        /// <summary>The next bytes.</summary>
        public ReadOnlyMemory<byte> Take(long count, GgufPlace where)
        {
            Check(count, where);
            var bytes = new byte[count];
            Fill(bytes, where);
            return bytes;
        }

        /// <summary>The next number of 32 bits.</summary>
        public uint TakeUInt32(GgufPlace where)
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            Check(bytes.Length, where);
            Fill(bytes, where);
            return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        }

        /// <summary>The next number of 64 bits.</summary>
        public ulong TakeUInt64(GgufPlace where)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            Check(bytes.Length, where);
            Fill(bytes, where);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }

        /// <summary>The name of a value.</summary>
        public string TakeName(int index)
        {
            var where = new GgufPlace(source, Index: index);
            var length = TakeLength(MaximumNameBytes, where);
            if (_name.Length < length)
                _name = new byte[Math.Max(length, 2 * _name.Length)];
            var name = _name.AsSpan(0, length);
            Fill(name, where);
            return length > 0 && System.Text.Unicode.Utf8.IsValid(name) ? Encoding.UTF8.GetString(name)
                : throw new InkstoneFormatException("a name in GGUF metadata is empty or not UTF-8", where.ToString());
        }

        /// <summary>Texts end to end, each with its length before it: measured first, so that they are held once.</summary>
        public ReadOnlyMemory<byte> TakeTexts(int count, GgufPlace where)
        {
            var start = Position;
            for (; count > 0; count--)
            {
                var length = TakeLength(MaximumBytes, where);
                stream.Seek(length, SeekOrigin.Current);
                Position += length;
            }
            var bytes = new byte[Position - start];
            Position = start;
            stream.Position = start;
            Fill(bytes, where);
            return bytes;
        }

        private int TakeLength(int longest, GgufPlace where)
        {
            var length = TakeUInt64(where);
            if (length > (ulong)longest)
                throw new InkstoneFormatException("a text in GGUF metadata is too long", where.ToString(), FormattableString.Invariant($"at most {longest} bytes"),
                    FormattableString.Invariant($"{length}"));
            Check((long)length, where);
            return (int)length;
        }

        private void Check(long count, GgufPlace where)
        {
            if (count > Left)
                throw new InkstoneFormatException("GGUF metadata ends too soon, or is too long", FormattableString.Invariant($"{where}, byte {Position}"),
                    FormattableString.Invariant($"{count} bytes"), FormattableString.Invariant($"{Left}"), NotGguf);
        }

        private void Fill(Span<byte> bytes, GgufPlace where)
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw new InkstoneFormatException("the file ended while it was read", where.ToString());
            Position += bytes.Length;
        }
    }
}

/// <summary>Where something stands in GGUF metadata; put into words only for an error.</summary>
/// <param name="Source">The file.</param>
/// <param name="Name">The name of the value; null before it is known.</param>
/// <param name="Index">Which value it is, if it has no name yet; −1 for the head of the file.</param>
internal readonly record struct GgufPlace(string Source, string? Name = null, int Index = -1)
{
    /// <inheritdoc/>
    public override string ToString() => Name is not null ? $"{Source}, {Excerpt.Of(Name)}" : Index >= 0 ? FormattableString.Invariant($"{Source}, value {Index}") : $"{Source}, the head";
}
