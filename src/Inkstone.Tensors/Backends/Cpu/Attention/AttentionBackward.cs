namespace Inkstone.Tensors;

/// <summary>
/// The gradient of attention (Dao et al., "FlashAttention", 2022, algorithm 4): blocks of scores are computed again, and the saved logarithm of
/// the softmax's denominator makes them weights at once. One task is a (sequence, key-value head) and a run of its key blocks; it owns the
/// gradients of those keys and values. Where so few tasks would starve a machine, the key blocks are cut into several runs, each with a partial
/// gradient of the queries of its own, and these are added in order afterwards.
/// </summary>
internal static unsafe class AttentionBackward
{
    /// <summary>Rows of a tile of queries.</summary>
    public const int TileRows = 66;

    /// <summary>All gradients of the problem, from its result y, the saved logSum and the result's gradient dy.</summary>
    public static void Run<TVector>(
        WorkerTeam team, in AttentionProblem problem, RowView y, RowView logSum, RowView dy, in AttentionGradients gradients)
        where TVector : struct, ISimd<TVector>
    {
        var keyWidth = TileProduct.Padded<TVector>(problem.KeyWidth);
        var length = new BackwardPlan(problem, gradients, keyWidth, null).Length;
        var plan = new BackwardPlan(problem, gradients, keyWidth, ScratchBuffer.Shared.Take(length));
        var prepared = problem.WithBuckets(plan.Buckets);
        team.Run(plan.TaskCount, new RunOfKeys<TVector>(prepared, plan, y, logSum, dy, gradients));
        if (plan.Runs > 1 && !gradients.Queries.IsMissing)
            team.Run(checked(problem.QueryLayout.SequenceCount * problem.Heads), new SumOfPartials<TVector>(prepared, plan, gradients.Queries));
        if (!gradients.Bias.IsMissing)
            BiasGradient.AddPartials(prepared, plan, keyWidth, gradients.Bias);
        if (!gradients.Sinks.IsMissing)
            team.Run(problem.Heads, new GradientOfSink<TVector>(problem, y, logSum, dy, gradients.Sinks));
    }

    /// <summary>Elements of scratch for one worker; it grows with the longest sequence of queries only, and linearly.</summary>
    public static nint WorkspaceLength<TVector>(in AttentionProblem problem) where TVector : struct, ISimd<TVector> =>
        new BackwardWorkspace(problem, TileProduct.Padded<TVector>(problem.KeyWidth), TileProduct.Padded<TVector>(problem.ValueWidth), null).Length;

    private readonly struct RunOfKeys<TVector>(
        AttentionProblem problem, BackwardPlan plan, RowView y, RowView logSum, RowView dy, AttentionGradients gradients) : IChunkAction
        where TVector : struct, ISimd<TVector>
    {
        private readonly AttentionProblem _problem = problem;
        private readonly BackwardPlan _plan = plan;
        private readonly AttentionGradients _gradients = gradients;

        public void Invoke(int chunk)
        {
            // The first keys are seen by the most queries under a causal mask: the heavy tasks begin first.
            var (run, pair) = Math.DivRem(chunk, _plan.TaskCount / _plan.Runs);
            var (index, head) = Math.DivRem(pair, _problem.KeyValueHeads);
            var bias = _plan.BiasPartial(pair * _plan.Runs + run);
            new Span<float>(bias, _plan.BiasLength).Clear();
            var (firstKey, endKey) = _plan.KeysOf(run, _problem.KeyLayout.Length(index));
            if (run >= _plan.RunsOf(_problem.KeyLayout.Length(index)))
                return;

            var memory = ScratchBuffer.Own.Take(WorkspaceLength<TVector>(_problem));
            var workspace = new BackwardWorkspace(
                _problem, TileProduct.Padded<TVector>(_problem.KeyWidth), TileProduct.Padded<TVector>(_problem.ValueWidth), memory);
            var sequence = new AttentionSequence(_problem, index);
            var queries = _plan.Runs > 1 && !_gradients.Queries.IsMissing ? _plan.Partial(run) : _gradients.Queries;
            var task = new BackwardTask<TVector>(in _problem, in sequence, in workspace, head, _gradients with { Queries = queries }, _plan.BiasLength > 0 ? bias : null);
            task.Begin(y, logSum, dy);
            for (; firstKey < endKey; firstKey += TokenLayout.KeyBlock)
                task.DoBlock(firstKey);
            task.End();
        }
    }

    private readonly struct SumOfPartials<TVector>(AttentionProblem problem, BackwardPlan plan, RowView dq) : IChunkAction
        where TVector : struct, ISimd<TVector>
    {
        public void Invoke(int chunk)
        {
            var (index, head) = Math.DivRem(chunk, problem.Heads);
            var starts = problem.QueryLayout.Starts;
            var runs = plan.RunsOf(problem.KeyLayout.Length(index));
            for (var row = starts[index]; row < starts[index + 1]; row++)
            {
                var sum = dq.At(row, head);
                BlockPacker.CopyRow<TVector>(plan.Partial(0).At(row, head), problem.KeyWidth, 1, sum, problem.KeyWidth);
                for (var run = 1; run < runs; run++)
                    BlockPacker.AddRow<TVector>(plan.Partial(run).At(row, head), problem.KeyWidth, sum);
            }
        }
    }

    /// <summary>dsink[h] += −Σ over rows of (weight of the sink) · (dy·y).</summary>
    private readonly struct GradientOfSink<TVector>(AttentionProblem problem, RowView y, RowView logSum, RowView dy, RowView dsinks) : IChunkAction
        where TVector : struct, ISimd<TVector>
    {
        public void Invoke(int head)
        {
            var sink = *problem.Sinks.At(0, head);
            double sum = 0;
            for (var row = 0; row < problem.QueryLayout.RowCount; row++)
                sum -= Math.Exp(sink - *logSum.At(row, head))
                    * BackwardTask<TVector>.Dot(dy.At(row, head), y.At(row, head), problem.ValueWidth);
            *dsinks.At(0, head) += (float)sum;
        }
    }
}
