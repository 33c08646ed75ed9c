namespace Inkstone.Tokenizers;

/// <summary>
/// BPE dropout (Provilkov et al. 2020, "BPE-Dropout: Simple and effective subword regularization"): before each merge, every rule that applies is
/// passed over with the given probability, and the lowest rank of those left is carried out, leftmost first; where none is left, merging ends.
/// </summary>
internal static class DroppingMerger
{
    /// <summary>Replaces symbols by tokens, at the front; returns how many they are.</summary>
    public static int Merge(Span<int> symbols, MergeTable merges, Sampling sampling)
    {
        var (previous, next) = (new int[symbols.Length], new int[symbols.Length]);
        var candidates = new PriorityQueue<ulong, (ulong Rank, int Place)>();
        for (var i = 0; i < symbols.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            if (i > 0)
                Offer(symbols, i - 1, i);
        }
        var passedOver = new List<(ulong Rule, (ulong Rank, int Place) Key)>();
        while (candidates.TryDequeue(out var rule, out var key))
        {
            var place = key.Place;
            var after = next[place];
            if (symbols[place] < 0 || after >= symbols.Length || merges.Find(symbols[place], symbols[after]) != rule)
                continue;
            if (sampling.Drops())
            {
                passedOver.Add((rule, key));
                continue;
            }
            symbols[place] = (int)(uint)rule;
            symbols[after] = -1;
            next[place] = next[after];
            if (next[place] < symbols.Length)
                previous[next[place]] = place;
            candidates.EnqueueRange(passedOver);
            passedOver.Clear();
            if (next[place] < symbols.Length)
                Offer(symbols, place, next[place]);
            if (previous[place] >= 0)
                Offer(symbols, previous[place], place);
        }
        var count = 0;
        for (var place = 0; place < symbols.Length; place = next[place])
            symbols[count++] = symbols[place];
        return count;

        void Offer(Span<int> tokens, int left, int right)
        {
            if (merges.Find(tokens[left], tokens[right]) is var rule && rule != MergeTable.None)
                candidates.Enqueue(rule, (rule >> 32, left));
        }
    }
}
