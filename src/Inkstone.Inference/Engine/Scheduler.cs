namespace Inkstone.Inference;

/// <summary>
/// Picks what runs in a turn: sequences in the order they came, each the rows it still needs, within a budget of rows. When blocks run out, the sequence that
/// came last gives its own back and is computed again later.
/// </summary>
internal sealed class Scheduler(EngineOptions options)
{
    private readonly List<Sequence> _sequences = [];
    private readonly List<(Sequence Sequence, int Rows)> _turn = [];

    /// <summary>Sequences that are not finished, oldest first.</summary>
    public IReadOnlyList<Sequence> Sequences => _sequences;

    /// <summary>How many times a sequence had to give its blocks back.</summary>
    public int PreemptionCount { get; private set; }

    public void Add(Sequence sequence) => _sequences.Add(sequence);

    public void Remove(Sequence sequence)
    {
        sequence.Table.Release();
        _sequences.Remove(sequence);
    }

    /// <summary>The sequences of the next turn, and how many rows of each: one list, filled anew by every call.</summary>
    public List<(Sequence Sequence, int Rows)> Next()
    {
        _turn.Clear();
        var budget = options.TokensPerTurn;
        for (var i = 0; i < _sequences.Count && budget > 0 && _turn.Count < options.SequencesPerTurn; i++)
        {
            var sequence = _sequences[i];
            var rows = Math.Min(sequence.PendingCount, budget);
            while (!sequence.Table.TryReserve(rows))
            {
                if (!TryPreemptAfter(i))
                    return _turn;
            }
            _turn.Add((sequence, rows));
            budget -= rows;
        }
        return _turn;
    }

    /// <summary>Takes the blocks of the youngest sequence that came after this one and holds some.</summary>
    private bool TryPreemptAfter(int place)
    {
        for (var victim = _sequences.Count - 1; victim > place; victim--)
        {
            if (_sequences[victim].Table.Blocks.Count == 0)
                continue;
            _sequences[victim].Table.Release();
            PreemptionCount++;
            return true;
        }
        return false;
    }
}
