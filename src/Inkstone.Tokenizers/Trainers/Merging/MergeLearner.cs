namespace Inkstone.Tokenizers;

/// <summary>Learns merges: the most frequent pair of neighbouring tokens becomes a token, again and again, until the vocabulary is full.</summary>
internal static class MergeLearner
{
    /// <summary>When to stop and what not to merge.</summary>
    /// <param name="VocabularySize">How many tokens are wanted.</param>
    /// <param name="MinimumFrequency">How often a pair must occur.</param>
    /// <param name="LongestToken">The longest token.</param>
    /// <param name="Ties">Which of equally frequent pairs goes first.</param>
    public readonly record struct Limits(int VocabularySize, long MinimumFrequency, int LongestToken, BpeTies Ties);

    /// <summary>Merges until the vocabulary is full or nothing is left to merge.</summary>
    public static void Learn(
        PieceCounter counter, IMergedVocabulary vocabulary, Limits limits, IProgress<BpeTrainingProgress>? progress,
        CancellationToken cancellation)
    {
        var chains = new PieceChains(counter.Parts, vocabulary.Start, vocabulary.Lengths, limits.LongestToken);
        var heap = new PairHeap(limits.Ties == BpeTies.GreaterPair ? vocabulary.IsGreater : null);
        var touched = new List<int>();
        while (vocabulary.Count < limits.VocabularySize)
        {
            foreach (var index in chains.TakeTouched(touched))
            {
                ref var pair = ref chains.Pairs[index];
                // A pair that has its rule and came about again goes before all others.
                if (pair.Count > 0 && pair.Result != PairTable.Refused)
                    heap.Push(new(pair.Result >= 0 ? long.MaxValue : pair.Count, pair.Pair, index));
            }
            if (heap.Count == 0)
                return;
            var top = heap.Pop();
            ref var best = ref chains.Pairs[top.Index];
            if (best.Result == PairTable.Refused)
                continue;
            if (best.Result >= 0)
            {
                if (best.Count > 0)
                    chains.Merge(top.Index, best.Result);
                continue;
            }
            if (best.Count != top.Count)
            {
                if (best.Count > 0)
                    heap.Push(top with { Count = best.Count });
                continue;
            }
            if (best.Count < limits.MinimumFrequency)
                return;
            if (!vocabulary.TryMerge((int)(best.Pair >> 32), (int)(uint)best.Pair, out var result))
            {
                best.Result = PairTable.Refused;
                continue;
            }
            chains.Merge(top.Index, result);
            if ((vocabulary.Count & 255) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new(BpeTrainingStage.Merging, vocabulary.Count, limits.VocabularySize));
            }
        }
    }
}
