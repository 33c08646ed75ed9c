namespace Inkstone.Models;

/// <summary>A stretch of a document that is scored at once.</summary>
/// <param name="Start">Its first token's index.</param>
/// <param name="Length">Its rows.</param>
/// <param name="FirstScored">The index of the first token whose probability is taken from this window.</param>
internal readonly record struct ScoringWindow(int Start, int Length, int FirstScored)
{
    private const int RowBudget = 4_096;

    /// <summary>One past the last token that the window predicts: the document's end or the token after the last row.</summary>
    public int TargetEnd { get; init; }

    /// <summary>Whether the window begins its document.</summary>
    public bool IsDocumentStart { get; init; }

    /// <summary>Cuts documents into windows of a context's length that overlap by half, in batches of a bounded number of rows.</summary>
    public static IEnumerable<IReadOnlyList<ScoringWindow>> Batches(int tokenCount, int[] documentStarts, int contextLength)
    {
        var batch = new List<ScoringWindow>();
        var rows = 0;
        for (var d = 0; d < documentStarts.Length; d++)
        {
            var (begin, end) = (documentStarts[d], d + 1 < documentStarts.Length ? documentStarts[d + 1] : tokenCount);
            var firstScored = begin + 1;
            for (var start = begin; ; start += Math.Max(1, contextLength / 2))
            {
                // the last token is predicted, never a row of input; a document of one token is one row without a target
                var length = Math.Min(contextLength, Math.Max(1, end - 1 - start));
                var window = new ScoringWindow(start, length, firstScored) { TargetEnd = Math.Min(end, start + length + 1), IsDocumentStart = start == begin };
                if (rows + length > RowBudget && batch.Count > 0)
                {
                    yield return batch;
                    batch = [];
                    rows = 0;
                }
                batch.Add(window);
                rows += length;
                firstScored = window.TargetEnd;
                if (window.TargetEnd >= end)
                    break;
            }
        }
        if (batch.Count > 0)
            yield return batch;
    }
}
