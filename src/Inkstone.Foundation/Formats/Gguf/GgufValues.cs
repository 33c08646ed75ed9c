using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Inkstone.Foundation.Formats;

/// <summary>Named values to be written as GGUF metadata, in the order in which their names were first set. Each is encoded when it is set.</summary>
public sealed class GgufValues
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly OrderedDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <summary>How many values there are.</summary>
    public int Count => _values.Count;

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names => _values.Keys;

    /// <summary>The bytes that the values take in a file.</summary>
    internal long ByteCount => _values.Sum(pair => 8L + Utf8.GetByteCount(pair.Key) + pair.Value.Length);

    /// <summary>The values of a file, but not those that say how it was split.</summary>
    public static GgufValues CopyOf(GgufMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var copy = new GgufValues();
        foreach (var name in metadata.Names)
        {
            if (!name.StartsWith(GgufFile.SplitPrefix, StringComparison.Ordinal))
                copy.Set(name, metadata.Get(name));
        }
        return copy;
    }

    /// <summary>Sets a number, whose .NET type says its type in the file, or a truth.</summary>
    /// <typeparam name="T">One of the integers of 8 to 64 bits, <see cref="float"/>, <see cref="double"/> or <see cref="bool"/>.</typeparam>
    /// <exception cref="ArgumentException">The name is empty, too long or not Unicode, or the type is another one.</exception>
    public GgufValues Set<T>(string name, T value)
        where T : unmanaged
    {
        var encoded = new byte[4 + Unsafe.SizeOf<T>()];
        BinaryPrimitives.WriteUInt32LittleEndian(encoded, (uint)TypeOf<T>());
        MemoryMarshal.Write(encoded.AsSpan(4), value);
        return Put(name, encoded);
    }

    /// <summary>Sets a text.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long, or one of them is not Unicode.</exception>
    public GgufValues Set(string name, string value)
    {
        var encoded = new byte[12 + Utf8.GetByteCount(value)];
        BinaryPrimitives.WriteUInt32LittleEndian(encoded, (uint)GgufType.String);
        BinaryPrimitives.WriteInt64LittleEndian(encoded.AsSpan(4), encoded.Length - 12);
        Utf8.GetBytes(value, encoded.AsSpan(12));
        return Put(name, encoded);
    }

    /// <summary>Sets a value as a file has it.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long or not Unicode.</exception>
    public GgufValues Set(string name, GgufValue value)
    {
        if (value.Type == GgufType.Array)
            return PutArray(name, value.ElementType, value.Count, value.Bytes);
        var encoded = new byte[4 + value.Bytes.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(encoded, (uint)value.Type);
        value.Bytes.CopyTo(encoded.AsSpan(4));
        return Put(name, encoded);
    }

    /// <summary>Sets an array of numbers or truths.</summary>
    /// <typeparam name="T">As for <see cref="Set{T}(string, T)"/>.</typeparam>
    /// <exception cref="ArgumentException">The name is empty, too long or not Unicode, or the type is another one.</exception>
    public GgufValues SetArray<T>(string name, ReadOnlySpan<T> items)
        where T : unmanaged => PutArray(name, TypeOf<T>(), items.Length, MemoryMarshal.AsBytes(items));

    /// <summary>Sets an array of texts.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long, or a text is not Unicode.</exception>
    public GgufValues SetTexts(string name, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return SetTexts(name, texts.Select(text => (ReadOnlyMemory<byte>)Utf8.GetBytes(text)));
    }

    /// <summary>Sets an array of texts, given as UTF-8.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long or not Unicode.</exception>
    public GgufValues SetTexts(string name, IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var items = new MemoryStream();
        var count = 0;
        Span<byte> length = stackalloc byte[8];
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
            items.Write(length);
            items.Write(text.Span);
            count++;
        }
        return PutArray(name, GgufType.String, count, items.GetBuffer().AsSpan(0, (int)items.Length));
    }

    /// <summary>Takes a value away; false when there was none.</summary>
    public bool Remove(string name) => _values.Remove(name);

    /// <summary>A copy that can be altered on its own.</summary>
    internal GgufValues Copy()
    {
        var copy = new GgufValues();
        foreach (var (name, encoded) in _values)
            copy._values.Add(name, encoded);
        return copy;
    }

    /// <summary>The alignment these values give a file.</summary>
    /// <exception cref="ArgumentException">It is no <see cref="uint"/>, or no power of two from 8 to 2^30.</exception>
    internal int Alignment()
    {
        if (!_values.TryGetValue(GgufHeader.AlignmentKey, out var encoded))
            return GgufHeader.DefaultAlignment;
        var alignment = encoded.Length == 8 && encoded[0] == (byte)GgufType.UInt32 ? BinaryPrimitives.ReadUInt32LittleEndian(encoded.AsSpan(4)) : 0;
        return alignment is >= 8 and <= 1 << 30 && uint.IsPow2(alignment) ? (int)alignment
            : throw new ArgumentException($"{GgufHeader.AlignmentKey} must be a uint and a power of two from 8 to 2^30");
    }

    internal void WriteTo(Stream destination)
    {
        foreach (var (name, encoded) in _values)
        {
            var named = new byte[8 + Utf8.GetByteCount(name)];
            BinaryPrimitives.WriteInt64LittleEndian(named, named.Length - 8);
            Utf8.GetBytes(name, named.AsSpan(8));
            destination.Write(named);
            destination.Write(encoded);
        }
    }

    private static GgufType TypeOf<T>() => default(T) switch
    {
        byte => GgufType.UInt8,
        sbyte => GgufType.Int8,
        ushort => GgufType.UInt16,
        short => GgufType.Int16,
        uint => GgufType.UInt32,
        int => GgufType.Int32,
        float => GgufType.Float32,
        bool => GgufType.Boolean,
        ulong => GgufType.UInt64,
        long => GgufType.Int64,
        double => GgufType.Float64,
        _ => throw new ArgumentException($"GGUF has no type for {typeof(T)}"),
    };

    private GgufValues PutArray(string name, GgufType type, int count, ReadOnlySpan<byte> items)
    {
        var encoded = new byte[16 + items.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(encoded, (uint)GgufType.Array);
        BinaryPrimitives.WriteUInt32LittleEndian(encoded.AsSpan(4), (uint)type);
        BinaryPrimitives.WriteInt64LittleEndian(encoded.AsSpan(8), count);
        items.CopyTo(encoded.AsSpan(16));
        return Put(name, encoded);
    }

    private GgufValues Put(string name, byte[] encoded)
    {
        if (Utf8.GetByteCount(name) is 0 or > GgufMetadata.MaximumNameBytes)
            throw new ArgumentException("a name of GGUF metadata is empty or too long", nameof(name));
        _values[name] = encoded;
        return this;
    }
}
