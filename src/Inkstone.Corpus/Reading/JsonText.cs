using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>
/// The texts of a JSON file: of every object, at whatever depth up to 64, the string under the wanted name is a document.
/// </summary>
internal sealed class JsonText(TextSourceOptions options)
{
    private readonly byte[][] _names = options.TextField is { } field ? [Encoding.UTF8.GetBytes(field)]
        : ["text"u8.ToArray(), "content"u8.ToArray(), "body"u8.ToArray()];

    /// <summary>What the reader had to leave out, in words; null when nothing.</summary>
    public string? LeftOut { get; private set; }

    /// <summary>A .json file, which is read whole: one value or several after each other.</summary>
    /// <exception cref="JsonException">It is not JSON, or nested too deeply.</exception>
    public IEnumerable<TextPiece> ReadWhole(Stream stream)
    {
        var buffer = new ArrayBufferWriter<byte>(65_536);
        int count;
        while ((count = stream.Read(buffer.GetSpan(65_536))) > 0)
        {
            buffer.Advance(count);
            if (buffer.WrittenCount > options.MaximumWholeFileBytes)
                throw new InvalidDataException("it is longer than it said");
        }
        var texts = new List<string>();
        var broken = Collect(buffer.WrittenSpan, texts);
        if (broken > 0)
            LeftOut = Invariant($"{broken} texts hold half surrogate pairs and were left out");
        foreach (var text in texts)
            yield return new(text, EndsRecord: true);
    }

    /// <summary>A .jsonl file: one value a line; lines that are no JSON are left out and counted.</summary>
    public IEnumerable<TextPiece> ReadLines(Stream stream)
    {
        var lines = new ByteLines(stream, options.MaximumWholeFileBytes);
        var texts = new List<string>();
        int broken = 0, number = 0;
        string? first = null;
        while (lines.TryRead(out var line))
        {
            number++;
            if (line.Span.Trim(" \t\r\uFEFF"u8).IsEmpty)
                continue;
            texts.Clear();
            try
            {
                broken += Collect(line.Span, texts);
            }
            catch (JsonException e)
            {
                broken++;
                first ??= Invariant($"the first is line {number}: {e.Message}");
                continue;
            }
            foreach (var text in texts)
                yield return new(text, EndsRecord: true);
        }
        if (broken > 0)
            LeftOut = Invariant($"{broken} of {number} lines are not usable JSON and were left out")
                + (first is null ? "" : "; " + first);
    }

    // Returns how many wanted strings cannot be decoded (escaped half surrogate pairs).
    private int Collect(ReadOnlySpan<byte> json, List<string> texts)
    {
        if (!Utf8.IsValid(json))
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json)); // replaces what is invalid
        var reader = new Utf8JsonReader(json, new JsonReaderOptions
        {
            MaxDepth = 64,
            AllowMultipleValues = true,
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
        });
        var open = new Stack<(int Rank, string? Text)>();
        var rank = int.MaxValue; // of the property whose value comes next: the lower, the better
        var broken = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push((int.MaxValue, null));
                    break;
                case JsonTokenType.EndObject:
                    if (open.Pop().Text is { } text)
                        texts.Add(text);
                    break;
                case JsonTokenType.PropertyName:
                    rank = Rank(ref reader);
                    continue;
                case JsonTokenType.String when open.Count > 0 && rank < open.Peek().Rank:
                    try
                    {
                        var value = reader.GetString();
                        open.Pop();
                        open.Push((rank, value));
                    }
                    catch (InvalidOperationException)
                    {
                        broken++; // how the platform reports an escape that is no character
                    }
                    break;
            }
            rank = int.MaxValue;
        }
        return broken;
    }

    private int Rank(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (reader.ValueTextEquals(_names[i]))
                return i;
        }
        return int.MaxValue;
    }
}
