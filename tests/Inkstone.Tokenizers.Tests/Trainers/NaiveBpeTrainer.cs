using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// The definition of training, for tests: before each merge count every pair in every piece afresh. A pair that has its rule and is
/// there again is merged again before any other.
/// </summary>
internal static class NaiveBpeTrainer
{
    public static List<string> Train(IEnumerable<string> texts, BpeTrainerOptions options)
    {
        var preTokenizer = PreTokenizer.Of(options.PreTokenizer);
        var vocabulary = new List<string>(options.SpecialTokens);
        foreach (var value in ByteLevel.Alphabet)
            vocabulary.Add(ByteLevel.ToText([value]));
        var words = new List<List<string>>();
        foreach (var text in texts)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            for (int start = 0, end; start < utf8.Length; start = end)
            {
                end = preTokenizer.Next(utf8, start);
                words.Add([.. utf8[start..end].Select(value => ByteLevel.ToText([value]))]);
            }
        }
        var merges = new List<string>();
        while (vocabulary.Count < options.VocabularySize)
        {
            var counts = new Dictionary<(string Left, string Right), long>();
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
            }
            var candidates = counts.Where(entry => entry.Key.Left.Length + entry.Key.Right.Length <= options.MaximumTokenLength).ToList();
            var again = candidates.Where(entry => merges.Contains(entry.Key.Left + " " + entry.Key.Right)).ToList();
            var (pair, count) = (again.Count > 0 ? again : candidates)
                .OrderByDescending(entry => again.Count > 0 ? 0 : entry.Value)
                .ThenBy(entry => entry.Key, Comparer<(string Left, string Right)>.Create((x, y) => options.Ties == BpeTies.GreaterPair
                    ? string.CompareOrdinal(Bytes(y.Left), Bytes(x.Left)) is var order && order != 0 ? order : string.CompareOrdinal(Bytes(y.Right), Bytes(x.Right))
                    : (vocabulary.IndexOf(x.Left), vocabulary.IndexOf(x.Right)).CompareTo((vocabulary.IndexOf(y.Left), vocabulary.IndexOf(y.Right)))))
                .FirstOrDefault();
            if (count == 0 || (again.Count == 0 && count < options.MinimumFrequency))
                break;
            if (again.Count == 0)
            {
                merges.Add(pair.Left + " " + pair.Right);
                if (!vocabulary.Contains(pair.Left + pair.Right))
                    vocabulary.Add(pair.Left + pair.Right);
            }
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != pair)
                        continue;
                    word[i] += word[i + 1];
                    word.RemoveAt(i + 1);
                }
            }
        }
        return merges;
    }

    /// <summary>A printed token as characters that sort as its bytes do.</summary>
    private static string Bytes(string printed) => string.Concat(printed.Select(c => ByteLevel.TryToByte(c, out var value) ? (char)value : c));
}
