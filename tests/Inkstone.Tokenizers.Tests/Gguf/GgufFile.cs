using System.Text;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Writes GGUF files that hold metadata and no tensor.</summary>
internal sealed class GgufFile
{
    private readonly Dictionary<string, object> _values = [];

    /// <summary>A file of an architecture.</summary>
    public GgufFile(string architecture) => Set("general.architecture", architecture);

    /// <summary>Sets a value: a text, a number, a truth, or an array of them.</summary>
    public GgufFile Set(string name, object value)
    {
        _values[name] = value;
        return this;
    }

    /// <summary>Sets a value about the tokenizer.</summary>
    public GgufFile Tokenizer(string name, object value) => Set("tokenizer.ggml." + name, value);

    /// <summary>Removes a value about the tokenizer.</summary>
    public GgufFile Without(string name)
    {
        _values.Remove("tokenizer.ggml." + name);
        return this;
    }

    /// <summary>The names of the values.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>A value.</summary>
    public object Get(string name) => _values[name];

    /// <summary>Removes a value.</summary>
    public void Remove(string name) => _values.Remove(name);

    /// <summary>The bytes of the file.</summary>
    public byte[] ToBytes()
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(0UL);
        writer.Write((ulong)_values.Count);
        foreach (var (name, value) in _values)
        {
            Write(writer, name);
            writer.Write((uint)TypeOf(value));
            Write(writer, value);
        }
        while (bytes.Length % 32 != 0)
            writer.Write((byte)0);
        return bytes.ToArray();
    }

    /// <summary>What the file holds, read back.</summary>
    public GgufMetadata ToMetadata() => Read(ToBytes());

    /// <summary>Reads a file from memory.</summary>
    public static GgufMetadata Read(byte[] bytes) => GgufMetadata.Read(new MemoryStream(bytes), "test.gguf");

    private static void Write(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                var utf8 = Encoding.UTF8.GetBytes(text);
                writer.Write((ulong)utf8.Length);
                writer.Write(utf8);
                break;
            case byte number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case uint number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case bool truth:
                writer.Write(truth);
                break;
            case byte[] bytes:
                writer.Write((uint)GgufType.UInt8);
                writer.Write((ulong)bytes.Length);
                writer.Write(bytes);
                break;
            case Array items:
                writer.Write((uint)TypeOf(items.Length == 0 ? 0 : items.GetValue(0)!));
                writer.Write((ulong)items.Length);
                foreach (var item in items)
                    Write(writer, item);
                break;
        }
    }

    private static GgufType TypeOf(object value) => value switch
    {
        string => GgufType.String,
        byte => GgufType.UInt8,
        int => GgufType.Int32,
        uint => GgufType.UInt32,
        float => GgufType.Float32,
        bool => GgufType.Boolean,
        _ => GgufType.Array,
    };
}
