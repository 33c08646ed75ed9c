using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// Writes JSON the same way on every machine: UTF-8, line feeds, two spaces of indentation, characters outside ASCII as they
/// are, shortest round-trip numbers, a line feed at the end.
/// </summary>
public static class StableJson
{
    private static readonly JsonWriterOptions Indented = Options(indented: true);
    private static readonly JsonWriterOptions OneLine = Options(indented: false);

    /// <summary>The JSON a callback writes, indented, as a file holds it.</summary>
    /// <param name="write">Writes exactly one value.</param>
    public static byte[] ToBytes(Action<Utf8JsonWriter> write) => Write(write, Indented);

    /// <summary>The JSON a callback writes, on one line with a line feed at its end: a line of a .jsonl file.</summary>
    /// <param name="write">Writes exactly one value.</param>
    public static byte[] ToLine(Action<Utf8JsonWriter> write) => Write(write, OneLine);

    /// <summary>Writes a member that must be a finite number.</summary>
    /// <exception cref="InkstoneNumericException">The number is NaN or infinite, which JSON cannot say.</exception>
    public static void WriteFinite(this Utf8JsonWriter writer, string name, double number)
    {
        if (!double.IsFinite(number))
            throw new InkstoneNumericException("JSON holds no NaN or infinity", Excerpt.Of(name), "a finite number", double.IsNaN(number) ? "NaN" : "infinity");
        writer.WriteNumber(name, number);
    }

    private static byte[] Write(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, options))
            write(writer);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static JsonWriterOptions Options(bool indented) => new()
    {
        Indented = indented,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the files are read by JSON parsers, never pasted into HTML
    };
}
