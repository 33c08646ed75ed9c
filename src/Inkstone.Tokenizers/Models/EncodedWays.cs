namespace Inkstone.Tokenizers;

/// <summary>
/// The best ways of encoding a text, put together piece by piece: what is best for the whole is made of what is best for its pieces, since a
/// way's score is the sum of theirs.
/// </summary>
internal sealed class EncodedWays(int count)
{
    private List<(List<int> Ids, double Score)> _ways = [([], 0)];
    private int _taken; // ids of the scratch that are in every way

    /// <summary>How many are wanted.</summary>
    public int Count { get; } = count;

    /// <summary>The ways, best first.</summary>
    public IReadOnlyList<(List<int> Ids, double Score)> Ways => _ways;

    /// <summary>Continues every way with ids that were added as they are, then with each way of a piece.</summary>
    public void Extend(EncodeScratch scratch, IReadOnlyList<(int[] Ids, double Score)> pieceWays)
    {
        Take(scratch);
        var longer = _ways.SelectMany(way => pieceWays, (way, piece) => (Ids: new List<int>([.. way.Ids, .. piece.Ids]), Score: way.Score + piece.Score));
        _ways = [.. longer.OrderByDescending(way => way.Score).DistinctBy(way => string.Join(' ', way.Ids)).Take(Count)];
    }

    /// <summary>Continues every way with ids that were added as they are.</summary>
    public void Take(EncodeScratch scratch)
    {
        foreach (var (ids, _) in _ways)
            ids.AddRange(scratch.Ids[_taken..]);
        _taken = scratch.Count;
    }
}
