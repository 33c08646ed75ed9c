namespace Inkstone.Inference;

/// <summary>
/// Picks what runs in a turn: sequences in the order they came, each the rows it still needs, within a budget of rows. When blocks run out, the sequence that
/// came last gives its own back and is computed again later.
/// </summary>
internal sealed class Scheduler(EngineOptions options)
{
    private readonly LinkedList<Sequence> _sequences = [];

    /// <summary>Sequences that are not finished, oldest first.</summary>
    public IReadOnlyCollection<Sequence> Sequences => _sequences;

    /// <summary>How many times a sequence had to give its blocks back.</summary>
    public int PreemptionCount { get; private set; }

    public void Add(Sequence sequence) => _sequences.AddLast(sequence);

    public void Remove(Sequence sequence)
    {
        sequence.Table.Release();
        _sequences.Remove(sequence);
    }

    /// <summary>The sequences of the next turn, and how many rows of each.</summary>
    public List<(Sequence Sequence, int Rows)> Next()
    {
        var turn = new List<(Sequence, int)>();
        var budget = options.TokensPerTurn;
        for (var node = _sequences.First; node is not null && budget > 0 && turn.Count < options.SequencesPerTurn; node = node.Next)
        {
            var sequence = node.Value;
            var rows = Math.Min(sequence.PendingCount, budget);
            while (!sequence.Table.TryReserve(rows))
            {
                if (!TryPreemptAfter(node))
                    return turn;
            }
            turn.Add((sequence, rows));
            budget -= rows;
        }
        return turn;
    }

    /// <summary>Takes the blocks of the youngest sequence that came after this one and holds some.</summary>
    private bool TryPreemptAfter(LinkedListNode<Sequence> node)
    {
        for (var victim = _sequences.Last; victim is not null && victim != node; victim = victim.Previous)
        {
            if (victim.Value.Table.Blocks.Count == 0)
                continue;
            victim.Value.Table.Release();
            PreemptionCount++;
            return true;
        }
        return false;
    }
}
