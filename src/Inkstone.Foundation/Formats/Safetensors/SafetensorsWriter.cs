using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Inkstone.Foundation.Formats;

/// <summary>A tensor to be written: its description, and a callback that streams its data.</summary>
/// <param name="Name">The name, unique in the file.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape; empty for a single number.</param>
/// <param name="WriteData">Writes exactly the data's bytes, row-major and little-endian.</param>
public sealed record SafetensorsSource(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, Action<Stream> WriteData);

/// <summary>
/// Writes a safetensors file front to back. The order is fixed (wider types first, then by name), so the same tensors give
/// the same bytes, and each tensor is aligned to its element size because the header is padded to eight bytes.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions HeaderOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a whole file.</summary>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Text-to-text metadata, or null; written in ordinal order of the keys.</param>
    /// <param name="destination">Where it goes; not closed or flushed.</param>
    /// <exception cref="ArgumentException">A name is empty, reserved or given twice, a dimension is negative, or the header would be too long.</exception>
    /// <exception cref="InvalidOperationException">A callback wrote more or fewer bytes than its shape and type take.</exception>
    public static void Write(IEnumerable<SafetensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata, Stream destination)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.ByteSize()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        destination.Write(Header(ordered, metadata));
        foreach (var tensor in ordered)
        {
            using var guard = new ExactStream(destination, ByteCount(tensor), tensor.Name);
            tensor.WriteData(guard);
            guard.ThrowIfShort();
        }
    }

    private static byte[] Header(List<SafetensorsSource> ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(stackalloc byte[SafetensorsHeader.PrefixBytes]); // the length, known at the end
        using (var json = new Utf8JsonWriter(buffer, HeaderOptions))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            WriteTensors(json, ordered);
            json.WriteEndObject();
        }
        while (buffer.WrittenCount % 8 != 0)
            buffer.Write(" "u8);
        var header = buffer.WrittenSpan.ToArray();
        var length = header.Length - SafetensorsHeader.PrefixBytes;
        if (length > SafetensorsHeader.MaximumHeaderBytes)
            throw new ArgumentException($"the header would take {length} bytes; the format allows {SafetensorsHeader.MaximumHeaderBytes}", nameof(ordered));
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        return header;
    }

    private static void WriteTensors(Utf8JsonWriter json, List<SafetensorsSource> ordered)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        long offset = 0;
        foreach (var tensor in ordered)
        {
            if (tensor.Name.Length is 0 or > SafetensorsHeader.MaximumNameLength || tensor.Name == SafetensorsHeader.MetadataKey || !names.Add(tensor.Name))
                throw new ArgumentException($"a tensor name is empty, too long, reserved or given twice: '{tensor.Name}'", nameof(ordered));
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type.Name());
            json.WriteStartArray("shape");
            foreach (var dimension in tensor.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            offset = checked(offset + ByteCount(tensor));
            json.WriteNumberValue(offset);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    internal static long ByteCount(SafetensorsSource tensor)
    {
        long bytes = tensor.Type.ByteSize();
        foreach (var dimension in tensor.Shape)
        {
            if (dimension < 0)
                throw new ArgumentException($"tensor '{tensor.Name}' has a negative dimension", nameof(tensor));
            bytes = checked(bytes * dimension);
        }
        return bytes;
    }
}
