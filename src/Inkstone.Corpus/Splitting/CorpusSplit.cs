using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>
/// Documents parted into training and validation text, whole groups at a time, so that nothing in the validation text has
/// a sibling in the training text. Which groups are held out depends on the seed and the group's own name alone: the same
/// names are tried in the same order whatever else the text holds.
/// </summary>
public sealed class CorpusSplit
{
    private CorpusSplit(
        IReadOnlyList<Document> train, IReadOnlyList<Document> validation, long trainBytes, long validationBytes, int groups)
    {
        Train = train;
        Validation = validation;
        TrainBytes = trainBytes;
        ValidationBytes = validationBytes;
        ValidationGroupCount = groups;
    }

    /// <summary>The documents to train on, in the order given.</summary>
    public IReadOnlyList<Document> Train { get; }

    /// <summary>The documents held out, in the order given.</summary>
    public IReadOnlyList<Document> Validation { get; }

    /// <summary>UTF-8 bytes of the training text.</summary>
    public long TrainBytes { get; }

    /// <summary>UTF-8 bytes of the validation text.</summary>
    public long ValidationBytes { get; }

    /// <summary>Groups held out.</summary>
    public int ValidationGroupCount { get; }

    /// <summary>Splits; throws where <see cref="TrySplit"/> gives nothing.</summary>
    /// <exception cref="InkstoneFormatException">The text is too small, or no group is small enough to be held out.</exception>
    public static CorpusSplit Split(IReadOnlyList<Document> documents, Rng rng, CorpusSplitOptions? options = null)
    {
        options ??= new();
        if (TrySplit(documents, rng, options) is { } split)
            return split;
        throw new InkstoneFormatException("The text has no group small enough to be held out for validation",
            expected: "at least two groups (files, types or paragraph blocks), one of at most "
                + Invariant($"{options.LargestGroupShare:P0} of the text"),
            found: Invariant($"{documents.DistinctBy(d => d.Group).Count()} groups in {documents.Count} documents"),
            fix: "Give more text, or text in more files.");
    }

    /// <summary>
    /// Splits, or gives null where every group is larger than <see cref="CorpusSplitOptions.LargestGroupShare"/> of the text.
    /// </summary>
    /// <param name="documents">The documents, cleaned and without duplicates.</param>
    /// <param name="rng">The stream that orders the groups.</param>
    /// <param name="options">How much to hold out.</param>
    /// <exception cref="InkstoneFormatException">The text is smaller than <see cref="CorpusSplitOptions.MinimumBytes"/>.</exception>
    public static CorpusSplit? TrySplit(IReadOnlyList<Document> documents, Rng rng, CorpusSplitOptions options)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        var total = 0L;
        foreach (var document in documents)
        {
            var bytes = Encoding.UTF8.GetByteCount(document.Text);
            total = checked(total + bytes);
            sizes[document.Group] = sizes.GetValueOrDefault(document.Group) + bytes;
        }
        if (total < options.MinimumBytes)
        {
            throw new InkstoneFormatException("The text is too small to train on and to hold some out for validation",
                expected: Invariant($"at least {options.MinimumBytes} bytes after cleaning"),
                found: Invariant($"{total} bytes in {documents.Count} documents"), fix: "Give more text.");
        }

        var target = Math.Min((long)Math.Ceiling(total * options.ValidationShare), options.MaximumValidationBytes);
        var chosen = Choose(sizes, rng, target, total, options);
        if (chosen.Count == 0)
            return null;
        var held = chosen.Sum(group => sizes[group]);
        var sides = documents.ToLookup(document => chosen.Contains(document.Group));
        return new([.. sides[false]], [.. sides[true]], total - held, held, chosen.Count);
    }

    // Groups in the order of their own random key, each taken if it fits; where none fits the smallest, if it is small enough.
    private static HashSet<string> Choose(Dictionary<string, long> sizes, Rng rng, long target, long total, CorpusSplitOptions options)
    {
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        if (sizes.Count < 2)
            return chosen;
        var ordered = sizes.Keys.OrderBy(group => rng.Split(group).Key).ThenBy(group => group, StringComparer.Ordinal).ToList();
        var held = 0L;
        foreach (var group in ordered)
        {
            if (held + sizes[group] > target)
                continue;
            chosen.Add(group);
            held += sizes[group];
            if (held >= target - target / 50)
                break;
        }
        if (chosen.Count == 0)
        {
            var smallest = ordered.MinBy(group => sizes[group])!;
            if (sizes[smallest] <= total * options.LargestGroupShare)
                chosen.Add(smallest);
        }
        return chosen;
    }
}
