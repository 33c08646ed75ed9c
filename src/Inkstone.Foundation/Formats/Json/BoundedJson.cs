using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// Reads JSON from bytes that may be hostile. Size, depth, string lengths and the number of values are limited before
/// anything is built; duplicate keys, comments, trailing commas, invalid UTF-8 and lone surrogates are refused. Every
/// refusal is an <see cref="InkstoneFormatException"/> that names the source and the line and byte, or the path of the value.
/// </summary>
public static class BoundedJson
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a JSON file (UTF-8, with or without a byte order mark).</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">The limits, or null for the defaults.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">The file cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">The file is not JSON within the limits.</exception>
    public static JsonValue ReadFile(string path, JsonLimits? limits = null)
    {
        limits ??= JsonLimits.Default;
        byte[] bytes;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            bytes = ReadBytes(stream, path, limits);
        }
        catch (Exception cause) when (FileErrors.IsFileError(cause))
        {
            throw FileErrors.Explain(cause, "cannot read the file", path);
        }
        return Adopt(bytes, path, limits);
    }

    /// <summary>Reads JSON from a stream to its end; never more than the limit is held.</summary>
    /// <param name="stream">The stream, from its present position.</param>
    /// <param name="source">The name used in errors.</param>
    /// <param name="limits">The limits, or null for the defaults.</param>
    /// <exception cref="InkstoneFormatException">The bytes are not JSON within the limits.</exception>
    public static JsonValue Read(Stream stream, string source, JsonLimits? limits = null)
    {
        limits ??= JsonLimits.Default;
        return Adopt(ReadBytes(stream, source, limits), source, limits);
    }

    /// <summary>Reads JSON from bytes.</summary>
    /// <param name="utf8">The text in UTF-8; copied, so it may change afterwards.</param>
    /// <param name="source">The name used in errors.</param>
    /// <param name="limits">The limits, or null for the defaults.</param>
    /// <exception cref="InkstoneFormatException">The bytes are not JSON within the limits.</exception>
    public static JsonValue Parse(ReadOnlySpan<byte> utf8, string source, JsonLimits? limits = null)
    {
        limits ??= JsonLimits.Default;
        if (utf8.Length > limits.MaximumBytes)
            throw TooLong(source, utf8.Length, limits);
        return Adopt(utf8.ToArray(), source, limits);
    }

    /// <summary>Reads JSON from bytes that now belong to the value and must not change.</summary>
    internal static JsonValue Adopt(byte[] utf8, string source, JsonLimits limits)
    {
        limits.Validate();
        if (utf8.Length > limits.MaximumBytes)
            throw TooLong(source, utf8.Length, limits);
        var start = utf8.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        try
        {
            var rows = Scan(utf8.AsSpan(start), source, limits);
            return new JsonValue(new JsonTable(utf8, start, rows, limits, source), 0);
        }
        catch (JsonException error)
        {
            throw Explain(error, source);
        }
    }

    /// <summary>
    /// Walks the tokens without building anything, so that the limits hold before memory is spent, and decodes every
    /// string once, so that a string read later cannot fail. Returns the number of values and member names.
    /// </summary>
    private static int Scan(ReadOnlySpan<byte> utf8, string source, JsonLimits limits)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = limits.MaximumDepth });
        int values = 0, names = 0;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                continue;
            if (reader.TokenType == JsonTokenType.PropertyName)
                names++;
            else if (++values > limits.MaximumValues)
                throw new InkstoneFormatException("too many JSON values", At(source, reader), $"at most {limits.MaximumValues} values", "more");
            if (reader.ValueSpan.Length > limits.MaximumStringBytes)
                throw new InkstoneFormatException("a JSON string or number is too long", At(source, reader),
                    $"at most {limits.MaximumStringBytes} bytes", $"{reader.ValueSpan.Length} bytes");
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !IsText(ref reader))
                throw new InkstoneFormatException("a JSON string is not valid Unicode", At(source, reader),
                    "UTF-8 without lone surrogates", "bytes or escapes that encode no character");
        }
        return checked(values + names);
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        if (!Utf8.IsValid(reader.ValueSpan))
            return false;
        if (!reader.ValueIsEscaped)
            return true;
        var characters = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            reader.CopyString(characters.AsSpan());
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // an escape names half of a surrogate pair
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private static byte[] ReadBytes(Stream stream, string source, JsonLimits limits)
    {
        if (stream.CanSeek && stream.Length - stream.Position > limits.MaximumBytes)
            throw TooLong(source, stream.Length - stream.Position, limits);
        using var held = new MemoryStream(stream.CanSeek ? checked((int)Math.Max(0, stream.Length - stream.Position)) : 0);
        var block = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            for (int read; (read = stream.Read(block)) > 0;)
            {
                held.Write(block, 0, read);
                if (held.Length > limits.MaximumBytes)
                    throw TooLong(source, held.Length, limits);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
        return held.GetBuffer().Length == held.Length ? held.GetBuffer() : held.ToArray();
    }

    private static InkstoneFormatException TooLong(string source, long found, JsonLimits limits) =>
        new("the JSON text is too long", source, $"at most {limits.MaximumBytes} bytes", $"{found} bytes");

    private static string At(string source, in Utf8JsonReader reader) =>
        string.Create(CultureInfo.InvariantCulture, $"{source}, byte {reader.TokenStartIndex}");

    private static InkstoneFormatException Explain(JsonException error, string source)
    {
        var message = error.Message;
        var tail = message.IndexOf(" LineNumber:", StringComparison.Ordinal); // said again in `where`
        if (tail >= 0)
            message = message[..tail];
        var where = error.LineNumber is { } line
            ? string.Create(CultureInfo.InvariantCulture, $"{source}, line {line + 1}, byte {(error.BytePositionInLine ?? 0) + 1}")
            : source;
        return new("this is not valid JSON", where, found: Excerpt.Of(message.TrimEnd('.', ' '), 200)[1..^1], cause: error);
    }
}
