using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// The definition of training by merging, for tests: before each merge every pair in every piece is counted afresh. A pair that has its rule and is there again is
/// merged again before any other; one that would become a special token is never merged.
/// </summary>
internal static class NaiveMergeTrainer
{
    public static (List<string> Tokens, List<string> Merges) Train(IReadOnlyList<string> pieces, MergeTrainerOptions options)
    {
        var split = pieces.Select(piece => Symbols(piece, options.Unit)).ToList();
        var counts = split.SelectMany(symbols => symbols).GroupBy(symbol => symbol).ToDictionary(group => group.Key, group => (long)group.Count());
        foreach (var symbol in options.InitialAlphabet)
            counts[Show(symbol, options.Unit)] = long.MaxValue;
        var kept = counts.OrderByDescending(entry => entry.Value).ThenBy(entry => Order(entry.Key, options.Unit)).Take(options.AlphabetLimit)
            .Select(entry => entry.Key).OrderBy(symbol => symbol.EnumerateRunes().First()).ToList();
        var marked = split.DistinctBy(symbols => string.Concat(symbols)).SelectMany(symbols => symbols.Select((symbol, i) => (symbol, Before: i > 0 ? options.ContinuingPrefix : "", After: i == symbols.Count - 1 ? options.EndSuffix : "")))
            .Where(entry => kept.Contains(entry.symbol) && (entry.Before + entry.After).Length > 0)
            .GroupBy(entry => entry).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key.After.Length > 0).ThenBy(group => group.Key.Before.Length > 0).ThenBy(group => group.Key.symbol.EnumerateRunes().First())
            .Select(group => group.Key);
        var vocabulary = new List<string>(options.SpecialTokens);
        vocabulary.AddRange(kept);
        vocabulary.AddRange(marked.Select(entry => entry.Before + entry.symbol + entry.After));
        var words = split.Select(symbols => symbols.Select((symbol, i) => (symbol, i)).Where(entry => kept.Contains(entry.symbol))
            .Select(entry => (entry.i > 0 ? options.ContinuingPrefix : "") + entry.symbol + (entry.i == symbols.Count - 1 ? options.EndSuffix : "")).ToList()).ToList();
        var lengths = vocabulary.Skip(options.SpecialTokens.Count).ToDictionary(token => token, _ => 1);
        var merges = new List<(string Left, string Right)>();
        while (vocabulary.Count < options.VocabularySize)
        {
            var pairs = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair)
                .Where(group => lengths[group.Key.First] + lengths[group.Key.Second] <= options.MaximumTokenLength && !options.SpecialTokens.Contains(Join(group.Key, options))).ToList();
            var again = pairs.Where(group => merges.Contains(group.Key)).ToList();
            var best = (again.Count > 0 ? again : pairs).OrderByDescending(group => again.Count > 0 ? 0 : group.Count())
                .ThenBy(group => group.Key, Comparer<(string, string)>.Create((x, y) => Compare(x, y, vocabulary, options))).FirstOrDefault();
            if (best is null || (again.Count == 0 && best.Count() < options.MinimumFrequency))
                break;
            var token = Join(best.Key, options);
            if (again.Count == 0)
                merges.Add(best.Key);
            if (!vocabulary.Contains(token))
            {
                vocabulary.Add(token);
                lengths.Add(token, lengths[best.Key.First] + lengths[best.Key.Second]);
            }
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != best.Key)
                        continue;
                    word[i] = token;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return (vocabulary, [.. merges.Select(pair => pair.Left + " " + pair.Right)]);
    }

    private static List<string> Symbols(string piece, MergeUnit unit) => unit == MergeUnit.Bytes
        ? [.. Encoding.UTF8.GetBytes(piece).Select(value => Show(value, unit))]
        : [.. piece.EnumerateRunes().Select(character => character.ToString())];

    private static string Show(int symbol, MergeUnit unit) => unit == MergeUnit.Bytes ? ByteLevel.ToCharacter((byte)symbol).ToString() : new Rune(symbol).ToString();

    private static int Order(string symbol, MergeUnit unit) => unit == MergeUnit.Bytes ? Bytes(symbol)[0] : symbol.EnumerateRunes().First().Value;

    private static string Join((string Left, string Right) pair, MergeTrainerOptions options) => pair.Left + pair.Right[options.ContinuingPrefix.Length..];

    private static int Compare((string Left, string Right) x, (string Left, string Right) y, List<string> vocabulary, MergeTrainerOptions options)
    {
        if (options.Ties == BpeTies.LowerIds)
            return (vocabulary.IndexOf(x.Left), vocabulary.IndexOf(x.Right)).CompareTo((vocabulary.IndexOf(y.Left), vocabulary.IndexOf(y.Right)));
        Func<string, byte[]> bytes = options.Unit == MergeUnit.Bytes ? Bytes : Encoding.UTF8.GetBytes;
        var order = bytes(y.Left).AsSpan().SequenceCompareTo(bytes(x.Left));
        return order != 0 ? order : bytes(y.Right).AsSpan().SequenceCompareTo(bytes(x.Right));
    }

    private static byte[] Bytes(string printed) => [.. printed.Select(c => ByteLevel.TryToByte(c, out var value) ? value : (byte)0)];
}
