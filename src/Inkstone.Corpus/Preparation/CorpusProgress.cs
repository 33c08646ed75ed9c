namespace Inkstone.Corpus;

/// <summary>The stages of preparing text, in order.</summary>
public enum CorpusStage
{
    /// <summary>Reading files; counted in files for the SDK's documentation, in documents for a path.</summary>
    Reading,

    /// <summary>Cleaning and dropping duplicates, counted in documents. Where a path is read this happens while reading.</summary>
    Deduplicating,

    /// <summary>Choosing what is held out.</summary>
    Splitting,
}

/// <summary>How far the preparation of text has come.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Done">Files or documents done.</param>
/// <param name="Total">Files or documents in all; null where that is not known.</param>
public readonly record struct CorpusProgress(CorpusStage Stage, long Done, long? Total);
