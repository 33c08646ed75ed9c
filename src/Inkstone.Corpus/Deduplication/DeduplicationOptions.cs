using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus;

/// <summary>How alike two documents must be for the later one to be dropped.</summary>
public sealed record DeduplicationOptions
{
    /// <summary>
    /// Jaccard similarity of the two sets of shingles, estimated, from which on documents count as near duplicates.
    /// In (0.5, 1]; 0.8 by default. Below 0.7 some pairs are overlooked, see <see cref="Deduplicator"/>.
    /// </summary>
    public double Threshold { get; init; } = 0.8;

    /// <summary>Words in a shingle; 1 to 16, by default 3. More words make two documents with small differences less alike.</summary>
    public int ShingleWords { get; init; } = 3;

    /// <summary>False to drop exact duplicates only.</summary>
    public bool NearDuplicates { get; init; } = true;

    internal void Validate()
    {
        if (!(Threshold > 0.5 && Threshold <= 1))
            throw new InkstoneRequestException("The threshold for near duplicates is out of range", nameof(Threshold),
                "more than 0.5 and at most 1", Threshold.ToString(CultureInfo.InvariantCulture));
        if (ShingleWords is < 1 or > 16)
            throw new InkstoneRequestException("The number of words in a shingle is out of range", nameof(ShingleWords), "1 to 16",
                ShingleWords.ToString(CultureInfo.InvariantCulture));
    }
}
