using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers.Tests;

/// <summary>The metadata of a GGUF file without tensors, as values that tests can look at, exchange and take away before it is written.</summary>
internal sealed class GgufDraft
{
    private readonly Dictionary<string, object> _values = [];

    /// <summary>A file of an architecture.</summary>
    public GgufDraft(string architecture) => Set("general.architecture", architecture);

    /// <summary>Sets a value: a text, a number, a truth, or an array of them.</summary>
    public GgufDraft Set(string name, object value)
    {
        _values[name] = value;
        return this;
    }

    /// <summary>Sets a value about the tokenizer.</summary>
    public GgufDraft Tokenizer(string name, object value) => Set("tokenizer.ggml." + name, value);

    /// <summary>Removes a value about the tokenizer.</summary>
    public GgufDraft Without(string name)
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
        var values = new GgufValues();
        foreach (var (name, value) in _values)
            Put(values, name, value);
        var bytes = new MemoryStream();
        GgufWriter.Write(values, [], bytes);
        return bytes.ToArray();
    }

    /// <summary>What the file holds, read back.</summary>
    public GgufMetadata ToMetadata() => Read(ToBytes());

    /// <summary>Reads a file from memory.</summary>
    public static GgufMetadata Read(byte[] bytes) => GgufMetadata.Read(new MemoryStream(bytes), "test.gguf");

    private static GgufValues Put(GgufValues values, string name, object value) => value switch
    {
        string text => values.Set(name, text),
        byte number => values.Set(name, number),
        int number => values.Set(name, number),
        uint number => values.Set(name, number),
        float number => values.Set(name, number),
        bool truth => values.Set(name, truth),
        string[] texts => values.SetTexts(name, texts),
        byte[] numbers => values.SetArray<byte>(name, numbers),
        int[] numbers => values.SetArray<int>(name, numbers),
        float[] numbers => values.SetArray<float>(name, numbers),
        bool[] truths => values.SetArray<bool>(name, truths),
        _ => throw new ArgumentException($"no value of GGUF: {value.GetType()}", nameof(value)),
    };
}
