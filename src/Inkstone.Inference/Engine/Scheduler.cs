namespace Inkstone.Inference;

/// <summary>
/// Picks what runs in a turn: sequences in the order they came, each the rows it still needs, within a budget of rows. When blocks run out, the sequence that
/// came last gives its own back and is computed again later. Nothing a sequence draws depends on how its rows are cut.
/// </summary>
/// <param name="options">The budget.</param>
/// <param name="keepsStates">Whether layers keep states, which are laid down where a pass ends: it then ends with each block.</param>
internal sealed class Scheduler(EngineOptions options, bool keepsStates)
{
    private readonly List<Sequence> _sequences = [];
    private readonly List<PlannedRows> _turn = [];

    /// <summary>Sequences that are not finished, oldest first.</summary>
    public IReadOnlyList<Sequence> Sequences => _sequences;

    /// <summary>How many times a sequence had to give its blocks back.</summary>
    public int PreemptionCount { get; private set; }

    public void Add(Sequence sequence) => _sequences.Add(sequence);

    public void Remove(Sequence sequence)
    {
        sequence.Close();
        _sequences.Remove(sequence);
    }

    /// <summary>The rows of the next turn: one list, filled anew by every call.</summary>
    public List<PlannedRows> Next()
    {
        _turn.Clear();
        var budget = options.TokensPerTurn;
        for (var i = 0; i < _sequences.Count && budget > 0 && _turn.Count < options.SequencesPerTurn; i++)
        {
            var sequence = _sequences[i];
            if (sequence.IsWaiting)
                continue;
            if (sequence.Table.IsEmpty)
                sequence.Adopt();
            var rows = Rows(sequence, budget);
            if (rows == 0)
                continue;
            while (!sequence.TryReserve(rows))
            {
                if (!TryPreemptFor(i))
                    return _turn;
            }
            _turn.Add(new PlannedRows(sequence, rows, WantedRows(sequence, rows)));
            // a source is read whole, whatever is left of the budget
            budget -= rows + sequence.PendingSource.Length;
        }
        return _turn;
    }

    /// <summary>
    /// How many rows of a sequence fit, guesses included. A draft model's guesses come with every draw or the draw waits for a turn that has room for them: what
    /// is drawn depends on them.
    /// </summary>
    private int Rows(Sequence sequence, int budget)
    {
        sequence.Speculate(0);
        var pending = sequence.PendingCount;
        if (keepsStates)
            return Math.Min(Math.Min(pending, budget), BlockPool.BlockSize - sequence.Table.Length % BlockPool.BlockSize);
        var guesses = sequence.Request.DraftCount(sequence);
        if (guesses == 0 || pending > budget)
            return Math.Min(pending, budget);
        if (sequence.Request.Speculation == Speculation.DraftModel)
        {
            if (pending + guesses > budget)
                return pending - 1;
            sequence.Speculate(guesses);
        }
        else
            sequence.Speculate(PromptLookup.Guess(sequence, Math.Min(guesses, budget - pending)));
        return pending + sequence.DraftCount;
    }

    /// <summary>How many of the last rows have scores that somebody wants.</summary>
    private static int WantedRows(Sequence sequence, int rows)
    {
        var (start, end) = (sequence.Table.Length, sequence.Table.Length + rows);
        var first = sequence.Request.ScoresPrompt && sequence.ScoredCount < sequence.PromptLength - 1 ? sequence.ScoredCount : sequence.Length - 1;
        return Math.Max(0, end - Math.Max(start, first));
    }

    /// <summary>Takes the blocks of the youngest sequence that came after this one and holds some, or else of one that waits for others.</summary>
    private bool TryPreemptFor(int place)
    {
        for (var victim = _sequences.Count - 1; victim >= 0; victim--)
        {
            if (victim == place || _sequences[victim].Table.IsEmpty || (victim < place && !_sequences[victim].IsWaiting))
                continue;
            _sequences[victim].GiveBack();
            PreemptionCount++;
            return true;
        }
        return false;
    }
}

/// <summary>What a turn computes of a sequence.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Rows">How many rows after those in the cache, guesses included.</param>
/// <param name="Wanted">How many of the last of them give scores.</param>
internal readonly record struct PlannedRows(Sequence Sequence, int Rows, int Wanted);
