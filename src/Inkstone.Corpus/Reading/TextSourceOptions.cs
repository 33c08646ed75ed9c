using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus;

/// <summary>How files become documents.</summary>
public sealed record TextSourceOptions
{
    /// <summary>
    /// The property of a JSON object that holds its text; when null the first of <c>text</c>, <c>content</c> and <c>body</c>
    /// that the object has.
    /// </summary>
    public string? TextField { get; init; }

    /// <summary>Where one file is read: characters that a paragraph block has at least, 64 or more; 4,096 by default.</summary>
    public int BlockLength { get; init; } = 4_096;

    /// <summary>
    /// Characters in one document at most, at least four blocks; longer files become several documents of one group.
    /// 1,000,000 by default.
    /// </summary>
    public int MaximumDocumentLength { get; init; } = 1_000_000;

    /// <summary>
    /// Bytes that a file may have where its format is read whole (.html, .json), 268,435,456 by default; larger ones are
    /// skipped.
    /// </summary>
    public long MaximumWholeFileBytes { get; init; } = 1L << 28;

    /// <summary>Called for each file or folder that is not read, or not read whole, as it is met; at every enumeration afresh.</summary>
    public Action<SkippedFile>? Skipped { get; init; }

    internal void Validate()
    {
        if (TextField is "")
            throw new InkstoneRequestException("The name of the text field is empty", nameof(TextField),
                "a property name, or none for text, content or body");
        if (BlockLength is < 64 or > 1 << 26)
            throw Range(nameof(BlockLength), "64 to 67,108,864", BlockLength);
        if (MaximumDocumentLength < 4L * BlockLength || MaximumDocumentLength > 1 << 28)
            throw Range(nameof(MaximumDocumentLength), "at least four blocks and at most 268,435,456", MaximumDocumentLength);
        if (MaximumWholeFileBytes is < 1 or > 1L << 30)
            throw Range(nameof(MaximumWholeFileBytes), "1 to 1,073,741,824", MaximumWholeFileBytes);
    }

    private static InkstoneRequestException Range(string name, string expected, long found) =>
        new("An option for reading text is out of range", name, expected, found.ToString(CultureInfo.InvariantCulture));
}
