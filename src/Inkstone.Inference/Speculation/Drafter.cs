using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>
/// Lets the draft model draw ahead for the sequences of a turn, as many together as its cache holds. What it draws for a sequence depends on that sequence alone.
/// </summary>
internal sealed class Drafter(Model model, EngineOptions options, Sampler sampler)
{
    private readonly KeyValueCache _cache = KeyValueCache.Within(model, options.DraftCacheBytes, options);
    private readonly List<BlockTable> _tables = []; // those that hold blocks, oldest use first
    private readonly List<Sequence> _together = [];
    private readonly List<PagedRows> _rows = [];
    private readonly List<Sequence> _drawing = [];
    private PagedPass? _pass;
    private float[] _logits = [];

    /// <summary>Which of the draft model's blocks are free.</summary>
    public BlockPool Pool => _cache.Pool;

    /// <summary>The longest sequence the draft model can see.</summary>
    public int ContextLength => model.ContextLength;

    /// <summary>Sets the guesses of all sequences of a turn that wait for some from the draft model.</summary>
    public void Run(List<PlannedRows> turn)
    {
        for (var i = 0; i < turn.Count;)
        {
            _together.Clear();
            for (; i < turn.Count; i++)
                if (turn[i].Sequence is { DraftCount: > 0, Request.Speculation: Speculation.DraftModel } sequence && !TryJoin(sequence))
                    break;
            for (var step = 0; _together.Count > 0; step++)
            {
                Step(step);
                for (var k = _together.Count - 1; k >= 0; k--)
                    if (_together[k].DraftCount <= step + 1)
                        _together.RemoveAt(k);
            }
        }
    }

    /// <summary>Makes room for a sequence beside those that draw together already; the first always finds it.</summary>
    private bool TryJoin(Sequence sequence)
    {
        var table = sequence.DraftTable ??= new BlockTable(_cache.Pool, model.ContextLength);
        for (var i = _tables.Count - 1; i >= 0; i--)
            if (_tables[i] == table || _tables[i].IsEmpty)
                _tables.RemoveAt(i);
        while (!table.TryReserve(sequence.Length + sequence.DraftCount - 1 - table.Length))
            if (!TryTakeBack())
                return false;
        _tables.Add(table);
        _together.Add(sequence);
        return true;
    }

    private bool TryTakeBack()
    {
        for (var i = 0; i < _tables.Count; i++)
            if (!_together.Exists(sequence => sequence.DraftTable == _tables[i]))
            {
                _tables[i].Release();
                _tables.RemoveAt(i);
                return true;
            }
        return false;
    }

    /// <summary>Computes each sequence up to its last guess and draws one more.</summary>
    private void Step(int step)
    {
        while (true)
        {
            _rows.Clear();
            _drawing.Clear();
            var budget = options.TokensPerTurn;
            foreach (var sequence in _together)
            {
                var table = sequence.DraftTable!;
                var pending = sequence.Length + step - table.Length;
                var rows = Math.Min(pending, budget);
                if (_cache.Pool.KeepsStates)
                    rows = Math.Min(rows, BlockPool.BlockSize - table.Length % BlockPool.BlockSize);
                if (rows == 0)
                    continue;
                _rows.Add(new PagedRows(table, sequence.DraftRows(table.Length, rows), rows == pending ? 1 : 0));
                if (rows == pending)
                    _drawing.Add(sequence);
                budget -= rows;
            }
            if (_rows.Count == 0)
                return;
            Compute(step);
        }
    }

    private void Compute(int step)
    {
        using var scope = PoolScope.Open();
        var pass = _pass ??= new PagedPass(model, _cache);
        pass.Fill(_rows);
        var hidden = model.Forward(pass);
        foreach (var rows in _rows)
            rows.Table.Advance(rows.Tokens.Length);
        if (_drawing.Count == 0)
            return;
        var logits = model.Head.Forward(hidden, pass);
        var vocabulary = logits.Shape[1];
        if (_logits.Length < logits.Count)
            _logits = new float[logits.Count];
        logits.CopyTo(_logits.AsSpan(0, (int)logits.Count));
        for (var i = 0; i < _drawing.Count; i++)
            Draw(_drawing[i], step, _logits.AsSpan(i * vocabulary, vocabulary));
    }

    private void Draw(Sequence sequence, int step, ReadOnlySpan<float> logits)
    {
        var proposal = sequence.ProposalAt(step);
        var input = new SamplerInput(sequence.Sampling, sequence.TokensWithDrafts(step), sequence.PromptLength, sequence.DrawnCount + step)
        {
            TokenCount = sequence.Request.TokenCount,
        };
        sampler.Propose(logits, input, proposal);
        sequence.SetDraft(step, proposal.Token);
    }
}
