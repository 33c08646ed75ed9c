using System.Collections.Concurrent;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Makes a dictionary from Chinese text that nobody has cut: words are the strings of ideographs that occur often, hold together (the pointwise mutual information of
/// their parts, Church and Hanks 1990) and are used freely (the entropy of what stands before and after them, as Jin and Tanaka-Ishii 2006 find boundaries). Then
/// the text is cut along the most probable path and the words counted anew, a few times, which takes from each word what it owed to longer ones.
/// <para>
/// Memory: strings are counted as pieces are in training, so the rarest go at the limit; a string that was dropped counts too low, never too high. The result depends
/// on texts and options, not on the order of texts (unless strings had to be dropped) nor on threads. Cost: linear in the text.
/// </para>
/// </summary>
public static class WordFinder
{
    /// <summary>Finds words.</summary>
    /// <param name="texts">The texts; read once, and once more for each round.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="known">Words that are there already; they stay with their counts, and new ones join them, their counts in proportion to the texts' lengths. Null for none.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">An option is out of range, or there is no Chinese text.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static WordFindingResult Find(
        IEnumerable<string> texts, WordFinderOptions? options = null, WordDictionary? known = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, StringStatistics.Cutter(options.MaximumLength + 1), cancellation, batchesInRound: 3);
        counter.Count(texts, progress);
        TrainerChecks.RequireText(counter);
        var knownCounts = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var word = 0; known is not null && word < known.Count; word++)
            knownCounts.Add(Encoding.UTF8.GetString(known.Words[word]), known.Counts[word]);
        var counts = Candidates(counter, options, knownCounts);
        for (var round = 0; round < options.Rounds; round++)
            counts = Recount(texts, counts, knownCounts, options, cancellation);
        var scale = known is null ? 1 : (double)known.Total / Math.Max(1, counts.Values.Sum());
        var found = 0;
        foreach (var (word, count) in counts)
        {
            if (knownCounts.TryAdd(word, Math.Max(1, (long)(count * scale))) && !IsSingle(word))
                found++;
        }
        return new(WordDictionary.Of(knownCounts), found, counter.Bytes, counter.Pieces, counter.Dropped);
    }

    /// <summary>All single characters, the known words that occur, and the strings that pass for words, each with how often it occurs as a string.</summary>
    private static Dictionary<string, long> Candidates(PieceCounter counter, WordFinderOptions options, Dictionary<string, long> known)
    {
        var statistics = new StringStatistics(counter);
        var candidates = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        Parallel.For(0, counter.Parts.Count, counter.Work, part =>
        {
            foreach (ref readonly var entry in counter.Parts[part].Entries)
            {
                var text = counter.Parts[part].Bytes(entry);
                var length = StringStatistics.CharacterCount(text);
                if (length == 1 || (length <= options.MaximumLength && entry.Count >= options.MinimumFrequency && IsWord(statistics, text, options)))
                    candidates[Encoding.UTF8.GetString(text)] = entry.Count;
            }
        });
        foreach (var word in known.Keys)
        {
            if (statistics.Count(Encoding.UTF8.GetBytes(word)) is var count && count > 0)
                candidates[word] = count;
        }
        return new(candidates, StringComparer.Ordinal);
    }

    private static bool IsWord(StringStatistics statistics, ReadOnlySpan<byte> text, WordFinderOptions options)
    {
        if (statistics.Cohesion(text) < options.MinimumCohesion + options.CohesionPerCharacter * (StringStatistics.CharacterCount(text) - 2))
            return false;
        var (before, after) = statistics.Entropies(text);
        return before >= options.MinimumEntropy && after >= options.MinimumEntropy;
    }

    /// <summary>Cuts the texts by these words and counts them as they are used; words found that have become rare go.</summary>
    private static Dictionary<string, long> Recount(
        IEnumerable<string> texts, Dictionary<string, long> words, Dictionary<string, long> known, WordFinderOptions options, CancellationToken cancellation)
    {
        var segmenter = new ChineseSegmenter(WordDictionary.Of(words));
        var ends = new ConcurrentBag<List<int>>();
        // No more different pieces can come up than there are words, but for what is neither word nor ideograph, which is not counted.
        var counter = new PieceCounter(long.MaxValue, options.Threads, Cut, cancellation);
        counter.Count(texts, null);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in counter.Parts)
        {
            foreach (ref readonly var entry in part.Entries)
            {
                var word = Encoding.UTF8.GetString(part.Bytes(entry));
                if (entry.Count >= options.MinimumFrequency || IsSingle(word) || known.ContainsKey(word))
                    counts.Add(word, entry.Count);
            }
        }
        return counts;

        long Cut(ReadOnlySpan<byte> utf8, PieceCounts pieces)
        {
            if (!ends.TryTake(out var list))
                list = [];
            list.Clear();
            segmenter.Cut(utf8, list);
            long count = 0;
            var start = 0;
            foreach (var end in list)
            {
                Rune.DecodeFromUtf8(utf8[start..end], out var first, out _);
                if (ChineseSegmenter.IsIdeograph(first.Value))
                {
                    pieces.Add(utf8[start..end]);
                    count++;
                }
                start = end;
            }
            ends.Add(list);
            return count;
        }
    }

    private static bool IsSingle(string word) => word.Length == (char.IsHighSurrogate(word[0]) ? 2 : 1);
}

/// <summary>A dictionary made from uncut text, and what was seen.</summary>
/// <param name="Dictionary">The words: known ones, single characters and those found.</param>
/// <param name="Found">How many words of several characters were found that were not known.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Characters">How many ideographs there were.</param>
/// <param name="DroppedStrings">How many different strings were dropped for the limit of memory; 0 means that all counts are exact.</param>
public sealed record WordFindingResult(WordDictionary Dictionary, int Found, long Bytes, long Characters, long DroppedStrings);
