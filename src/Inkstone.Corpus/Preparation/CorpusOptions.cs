using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus;

/// <summary>How text is prepared, from its source to the split.</summary>
public sealed record CorpusOptions
{
    /// <summary>How files become documents, where a path is given.</summary>
    public TextSourceOptions Reading { get; init; } = new();

    /// <summary>What is read of the SDK's documentation, where no path is given.</summary>
    public DotNetDocumentationOptions Documentation { get; init; } = new();

    /// <summary>What counts as a duplicate.</summary>
    public DeduplicationOptions Deduplication { get; init; } = new();

    /// <summary>How much is held out.</summary>
    public CorpusSplitOptions Split { get; init; } = new();

    /// <summary>
    /// Bytes of text (UTF-8, cleaned, without duplicates) that are kept in memory at most; what comes after is left out and
    /// said so. 1 GiB by default.
    /// </summary>
    public long MaximumTextBytes { get; init; } = 1L << 30;

    internal void Validate()
    {
        if (MaximumTextBytes < 1)
            throw new InkstoneRequestException("The most text to keep is out of range", nameof(MaximumTextBytes), "at least 1",
                MaximumTextBytes.ToString(CultureInfo.InvariantCulture));
        Deduplication.Validate();
        Split.Validate();
    }
}
