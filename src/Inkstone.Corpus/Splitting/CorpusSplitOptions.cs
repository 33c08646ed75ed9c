using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus;

/// <summary>How much text is held out for validation.</summary>
public sealed record CorpusSplitOptions
{
    /// <summary>The share of all bytes that is aimed at, more than 0 and at most 0.5; 0.016 by default.</summary>
    public double ValidationShare { get; init; } = 0.016;

    /// <summary>The most bytes (UTF-8) that are aimed at, however large the text; 400,000 by default.</summary>
    public long MaximumValidationBytes { get; init; } = 400_000;

    /// <summary>
    /// The share of all bytes above which a single group is too large to be held out, more than 0 and at most 0.5; 0.2 by
    /// default. Where every group is larger (a few long files), the files are cut into paragraph blocks, and those are split.
    /// </summary>
    public double LargestGroupShare { get; init; } = 0.2;

    /// <summary>The fewest bytes (UTF-8) that can be split at all; 2,000 by default.</summary>
    public long MinimumBytes { get; init; } = 2_000;

    internal void Validate()
    {
        CheckShare(ValidationShare, nameof(ValidationShare));
        CheckShare(LargestGroupShare, nameof(LargestGroupShare));
        if (MaximumValidationBytes < 1)
            throw new InkstoneRequestException("The cap on validation text is out of range", nameof(MaximumValidationBytes), "at least 1",
                MaximumValidationBytes.ToString(CultureInfo.InvariantCulture));
        if (MinimumBytes < 1)
            throw new InkstoneRequestException("The least text that can be split is out of range", nameof(MinimumBytes), "at least 1",
                MinimumBytes.ToString(CultureInfo.InvariantCulture));
    }

    private static void CheckShare(double share, string name)
    {
        if (!(share > 0 && share <= 0.5))
            throw new InkstoneRequestException("A share of the text is out of range", name, "more than 0 and at most 0.5",
                share.ToString(CultureInfo.InvariantCulture));
    }
}
