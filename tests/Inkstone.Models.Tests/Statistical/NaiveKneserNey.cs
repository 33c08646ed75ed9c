namespace Inkstone.Models.Tests.Statistical;

/// <summary>Interpolated modified Kneser-Ney straight from its definition, with dictionaries of strings and no thought of speed.</summary>
internal sealed class NaiveKneserNey
{
    private readonly int _order;
    private readonly int _vocabularySize;
    private readonly Dictionary<string, long>[] _counts; // [length]

    public NaiveKneserNey(IReadOnlyList<int[]> documents, int order, int vocabularySize)
    {
        _order = order;
        _vocabularySize = vocabularySize;
        _counts = new Dictionary<string, long>[order + 1];
        for (var length = 1; length <= order; length++)
            _counts[length] = length == order ? Occurrences(documents, length) : Continuations(documents, length);
    }

    public double Probability(int[] history, int token) => Probability(history, token, Math.Min(history.Length + 1, _order));

    private double Probability(int[] history, int token, int length)
    {
        if (length == 0)
            return 1.0 / _vocabularySize;
        var lower = Probability(history, token, length - 1);
        var context = history[^(length - 1)..];
        var row = Enumerable.Range(0, _vocabularySize).Select(w => _counts[length].GetValueOrDefault(Name([.. context, w]))).ToArray();
        var total = row.Sum();
        if (total == 0)
            return lower;
        var discounts = Discounts(length);
        double Discount(long count) => count == 0 ? 0 : discounts[Math.Min(count, 3)];
        return (row[token] - Discount(row[token])) / total + row.Sum(Discount) / total * lower;
    }

    public double[] Discounts(int length)
    {
        double N(int count) => _counts[length].Values.Count(c => c == count);
        if (N(1) == 0 || N(2) == 0 || N(3) == 0 || N(4) == 0)
            return [0, 0.5, 1, 1.5];
        var y = N(1) / (N(1) + 2 * N(2));
        double[] discounts = [0, 1 - 2 * y * N(2) / N(1), 2 - 3 * y * N(3) / N(2), 3 - 4 * y * N(4) / N(3)];
        return discounts.Skip(1).All(d => d > 0) ? discounts : [0, 0.5, 1, 1.5];
    }

    private static Dictionary<string, long> Occurrences(IReadOnlyList<int[]> documents, int length) => documents
        .SelectMany(d => Windows(d, length))
        .GroupBy(w => Name(w.Tokens))
        .ToDictionary(g => g.Key, g => g.LongCount());

    private static Dictionary<string, long> Continuations(IReadOnlyList<int[]> documents, int length)
    {
        var counts = documents
            .SelectMany(d => Windows(d, length + 1))
            .Select(w => w.Tokens)
            .DistinctBy(Name)
            .GroupBy(w => Name(w[1..]))
            .ToDictionary(g => g.Key, g => g.LongCount());
        foreach (var (tokens, _) in documents.SelectMany(d => Windows(d, length)).Where(w => w.Start == 0))
            counts[Name(tokens)] = counts.GetValueOrDefault(Name(tokens)) + 1;
        return counts;
    }

    /// <summary>Every run of tokens that ends in a predicted one.</summary>
    private static IEnumerable<(int[] Tokens, int Start)> Windows(int[] document, int length) =>
        from start in Enumerable.Range(0, Math.Max(0, document.Length - length + 1))
        where start + length > 1
        select (document[start..(start + length)], start);

    private static string Name(int[] tokens) => string.Join(' ', tokens);
}
