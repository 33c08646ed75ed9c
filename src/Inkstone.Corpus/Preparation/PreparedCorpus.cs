namespace Inkstone.Corpus;

/// <summary>What the split went by.</summary>
public enum CorpusGrouping
{
    /// <summary>The outermost declaring type of an API member.</summary>
    DeclaringType,

    /// <summary>The file.</summary>
    File,

    /// <summary>Blocks of paragraphs, where the text is one file or a few large ones.</summary>
    ParagraphBlock,
}

/// <summary>What was read, dropped and kept.</summary>
public sealed record CorpusReport
{
    /// <summary>The path read; null for the SDK's documentation.</summary>
    public string? Path { get; init; }

    /// <summary>What the split went by.</summary>
    public required CorpusGrouping Grouping { get; init; }

    /// <summary>Documents read.</summary>
    public required long DocumentsRead { get; init; }

    /// <summary>UTF-8 bytes of the documents read, cleaned.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Documents of which cleaning left nothing.</summary>
    public required long EmptyDocuments { get; init; }

    /// <summary>Documents dropped as exact duplicates.</summary>
    public required long ExactDuplicates { get; init; }

    /// <summary>Documents dropped as near duplicates.</summary>
    public required long NearDuplicates { get; init; }

    /// <summary>Documents to train on.</summary>
    public required int TrainDocuments { get; init; }

    /// <summary>UTF-8 bytes of the training text.</summary>
    public required long TrainBytes { get; init; }

    /// <summary>Documents held out.</summary>
    public required int ValidationDocuments { get; init; }

    /// <summary>UTF-8 bytes of the validation text.</summary>
    public required long ValidationBytes { get; init; }

    /// <summary>Groups held out.</summary>
    public required int ValidationGroups { get; init; }

    /// <summary>Files and folders not read, or not read whole: the first thousand.</summary>
    public required IReadOnlyList<SkippedFile> Skipped { get; init; }

    /// <summary>How many there are in all.</summary>
    public required long SkippedCount { get; init; }

    /// <summary>True where <see cref="CorpusOptions.MaximumTextBytes"/> was reached and the rest left unread.</summary>
    public required bool Truncated { get; init; }
}

/// <summary>Text ready to train on.</summary>
/// <param name="Train">The documents to train on, in the order of their source.</param>
/// <param name="Validation">The documents held out.</param>
/// <param name="Report">What was read, dropped and kept.</param>
public sealed record PreparedCorpus(IReadOnlyList<Document> Train, IReadOnlyList<Document> Validation, CorpusReport Report);
