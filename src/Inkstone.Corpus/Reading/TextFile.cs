using System.Text;
using System.Text.Json;
using System.Xml;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>
/// Reads one file as a stream of documents, by the format its name says. Whatever is wrong with it is told to
/// <paramref name="skipped"/>; no file ends the reading of the others.
/// </summary>
internal sealed class TextFile(TextSourceOptions options, bool alone, Action<SkippedFile> skipped)
{
    private const int LongestSpan = 16_384;
    private const int LargestBuffer = 32_768; // a million small files each have smaller ones

    public IEnumerable<Document> Read(FolderWalk.FoundFile file)
    {
        if (Open(file) is not { } opened)
            yield break;
        using var stream = opened.Stream;
        var length = stream.Length;
        var wanted = alone ? (int)Math.Clamp(length / 64, 64, options.BlockLength) : options.MaximumDocumentLength;
        var cutter = new BlockCutter(wanted, alone ? wanted * 4 : wanted);
        var json = new JsonText(options);
        using var pieces = Pieces(file.Name, stream, opened.Encoding, json).GetEnumerator();
        long count = 0, replaced = 0;
        string? trouble = null;
        while (true)
        {
            try
            {
                if (!pieces.MoveNext())
                    break;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or XmlException
                or JsonException)
            {
                trouble = Describe(e);
                break;
            }
            var piece = pieces.Current;
            replaced += piece.Text.AsSpan().Count('\uFFFD');
            for (var start = 0; start < piece.Text.Length; start += LongestSpan)
            {
                cutter.Add(piece.Text.AsSpan(start, Math.Min(LongestSpan, piece.Text.Length - start)));
                while (cutter.TryTake() is { } text)
                {
                    if (MakeDocument(text) is { } document)
                        yield return document;
                }
            }
            while (piece.EndsRecord && cutter.TakeRest() is { } text)
            {
                if (MakeDocument(text) is { } document)
                    yield return document;
            }
        }
        while (cutter.TakeRest() is { } text)
        {
            if (MakeDocument(text) is { } document)
                yield return document;
        }
        Report();

        Document? MakeDocument(string text)
        {
            if (string.IsNullOrWhiteSpace(text))
                return null;
            count++;
            if (alone)
            {
                var block = Invariant($"{file.Name} (block {count})");
                return new(text, block, block);
            }
            return new(text, count == 1 ? file.Name : Invariant($"{file.Name} (part {count})"), file.Name);
        }

        void Report()
        {
            trouble ??= json.LeftOut;
            if (trouble is not null)
                skipped(new(file.Name, trouble, Partly: count > 0));
            else if (count == 0)
            {
                skipped(new(file.Name, !IsJson(file.Name) ? "it holds no text"
                    : "no object in it has a text under " + (options.TextField ?? "text, content or body")));
            }
            if (replaced > 0 && count > 0)
            {
                skipped(new(file.Name, Invariant($"{replaced} characters cannot be decoded and stand as U+FFFD"), Partly: true));
            }
        }
    }

    private static bool IsReadWhole(string name) =>
        Path.GetExtension(name).ToLowerInvariant() is ".json" or ".html" or ".htm" or ".xhtml";

    private static bool IsJson(string name) => Path.GetExtension(name).ToLowerInvariant() is ".json" or ".jsonl" or ".ndjson";

    private IEnumerable<TextPiece> Pieces(string name, Stream stream, Encoding encoding, JsonText json)
    {
        var reader = new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false, bufferSize: (int)Math.Clamp(stream.Length, 256, LargestBuffer), leaveOpen: true);
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".json" => json.ReadWhole(AsUtf8(stream, encoding)),
            ".jsonl" or ".ndjson" => json.ReadLines(AsUtf8(stream, encoding)),
            ".xml" => XmlText.Read(reader),
            ".html" or ".htm" or ".xhtml" => HtmlText.Read(reader),
            _ => PlainText.Read(reader, (int)Math.Clamp(stream.Length, 256, LargestBuffer / 2)),
        };
    }

    private static Stream AsUtf8(Stream stream, Encoding encoding) =>
        encoding is UTF8Encoding ? stream : Encoding.CreateTranscodingStream(stream, encoding, Encoding.UTF8, leaveOpen: true);

    private (FileStream Stream, Encoding Encoding)? Open(FolderWalk.FoundFile file)
    {
        FileStream? stream = null;
        string why;
        try
        {
            // Looked at before it is opened: opening a pipe would wait for ever, and pipes have no length.
            var info = new FileInfo(file.Path);
            var length = (info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info).Length;
            if (length == 0)
                why = "it is empty";
            else if (length > options.MaximumWholeFileBytes && IsReadWhole(file.Name))
                why = Invariant($"it has {length} bytes; formats that are read whole may have {options.MaximumWholeFileBytes} ")
                    + "(.jsonl and .txt have no limit)";
            else
            {
                stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                    bufferSize: 0, FileOptions.SequentialScan);
                var sample = new byte[(int)Math.Min(TextEncodingProbe.SampleLength, length)];
                var read = stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
                (var encoding, var mark, why) = TextEncodingProbe.Probe(sample.AsSpan(0, read), whole: read == length);
                if (encoding is not null)
                {
                    stream.Position = mark;
                    return (stream, encoding);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            why = "it cannot be read: " + e.Message;
        }
        stream?.Dispose();
        skipped(new(file.Name, why));
        return null;
    }

    private static string Describe(Exception e) => e switch
    {
        XmlException => "it is not well-formed XML (or has a document type definition, which is refused): " + e.Message,
        JsonException => "it is not JSON: " + e.Message,
        _ => "it cannot be read to its end: " + e.Message,
    };
}
