using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>A logits row that a request is about to be given; for tests.</summary>
/// <param name="sequence">Whose it is.</param>
/// <param name="position">The position of the token it follows.</param>
/// <param name="logits">[vocabulary].</param>
internal delegate void LogitsObserver(Sequence sequence, int position, ReadOnlySpan<float> logits);

/// <summary>
/// Computes a turn: its rows as one ragged batch, the head over the wanted ones, each handed to its request. Its lists and its pass are those of the turn before,
/// filled anew: once they have grown, a turn allocates nothing managed.
/// </summary>
internal sealed class TurnRunner(EngineParts engine)
{
    private const int MostLogits = 1 << 24;

    private readonly PagedPass _pass = new(engine.Model, engine.Cache);
    private readonly List<PagedRows> _rows = [];
    private float[] _logits = [];
    private int _first; // of the wanted rows, whose scores were computed last
    private int _count;
    private int _vocabulary;

    public LogitsObserver? Observer { get; set; }

    /// <summary>Computes a turn. A request whose own rows cannot be taken fails alone.</summary>
    /// <exception cref="Exception">The whole turn failed.</exception>
    public void Run(List<PlannedRows> turn)
    {
        using var scope = PoolScope.Open();
        engine.Drafter?.Run(turn);
        _rows.Clear();
        foreach (var (sequence, rows, wanted) in turn)
            _rows.Add(new PagedRows(sequence.Table, sequence.Rows(rows), wanted) { Source = sequence.SourceTable, SourceTokens = sequence.PendingSource });
        _pass.Fill(_rows);
        var hidden = engine.Model.Forward(_pass);
        foreach (var (sequence, rows, _) in turn)
        {
            sequence.Table.Advance(rows);
            sequence.SourceTable?.Advance(sequence.PendingSource.Length);
            if (engine.Options.PrefixCache && sequence.Request.CacheSalt is { } salt)
                sequence.Table.Publish(sequence.Tokens, salt);
        }
        (_first, _count) = (0, 0);
        var row = 0;
        foreach (var planned in turn)
        {
            Deliver(planned, hidden, row);
            row += planned.Wanted;
        }
    }

    private void Deliver(PlannedRows planned, Tensor hidden, int row)
    {
        var sequence = planned.Sequence;
        var position = sequence.Table.Length - planned.Wanted;
        try
        {
            for (var i = 0; i < planned.Wanted && !sequence.IsOver && sequence.RowHolds; i++, position++)
            {
                var logits = Logits(hidden, row + i);
                Observer?.Invoke(sequence, position, logits);
                if (position < sequence.Length - 1)
                {
                    sequence.Request.TakePrompt(sequence, position, logits);
                    sequence.ScoredCount = position + 1;
                }
                else
                    sequence.Request.Take(sequence, logits);
            }
            if (!sequence.IsOver && !sequence.IsWaiting && sequence.PendingCount < 1)
                sequence.DropUnheld();
        }
        catch (InkstoneException error)
        {
            sequence.Request.Fail(error);
        }
    }

    /// <summary>A wanted row's scores. The head is applied to some rows at a time, which changes none of them.</summary>
    private ReadOnlySpan<float> Logits(Tensor hidden, int row)
    {
        if (row >= _first + _count)
        {
            (_first, _count) = (row, Math.Min(hidden.Shape[0] - row, Math.Max(1, MostLogits / engine.Model.VocabularySize)));
            using var scope = PoolScope.Open();
            var logits = engine.Model.Head.Forward(hidden.Slice(0, _first, _count), _pass);
            if (_logits.Length < logits.Count)
                _logits = new float[logits.Count];
            logits.CopyTo(_logits.AsSpan(0, (int)logits.Count));
            _vocabulary = logits.Shape[1];
        }
        return _logits.AsSpan((row - _first) * _vocabulary, _vocabulary);
    }
}
