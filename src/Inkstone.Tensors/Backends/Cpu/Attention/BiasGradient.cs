namespace Inkstone.Tensors;

/// <summary>
/// The gradient of a score bias: what each task collects from its tiles in memory of its own, and the sum of that over the tasks, in their order.
/// A task's share is [group] of slopes, [buckets, group], or [2R + 1, padded key width].
/// </summary>
internal static unsafe class BiasGradient
{
    private const int Block = TokenLayout.KeyBlock;

    /// <summary>Adds a tile's share; of relative keys, leaves in the workspace what the queries' gradient needs.</summary>
    public static void Collect<TVector>(
        in AttentionProblem problem, in AttentionSequence sequence, RowPlace* places, int rows, int firstKey, in BackwardWorkspace at, float* queries,
        float* share)
        where TVector : struct, ISimd<TVector>
    {
        if (at.RelativeColumns > 0)
            new Span<float>(at.RelativeGradient, checked(rows * at.RelativeColumns)).Clear();
        for (var i = 0; i < rows; i++)
        {
            var range = at.Ranges[i / TileProduct.PanelRows];
            var gradient = at.ScoreGradient + i * Block;
            var position = places[i].Position;
            var member = places[i].Head % problem.Group;
            switch (problem.BiasKind)
            {
                case ScoreBias.Slopes:
                    double sum = 0;
                    for (var j = range.From; j < range.To; j++)
                        sum += (double)gradient[j] * Math.Abs(sequence.KeyPosition(firstKey + j) - position);
                    share[member] -= (float)sum;
                    break;
                case ScoreBias.Buckets:
                    var reach = problem.BucketReach;
                    for (var j = range.From; j < range.To; j++)
                        share[problem.BucketOf[Math.Clamp(sequence.KeyPosition(firstKey + j) - position, -reach, reach)] * problem.Group + member] +=
                            gradient[j];
                    break;
                default:
                    var relative = at.RelativeGradient + (nint)i * at.RelativeColumns;
                    for (var j = range.From; j < range.To; j++)
                        relative[RelativeKeys.IndexOf(problem, sequence.KeyPosition(firstKey + j) - position)] += gradient[j];
                    break;
            }
        }
        if (at.RelativeColumns > 0 && share != null)
            for (nint row = 0; row < problem.BiasCount; row += TileProduct.PanelRows)
                TileProduct.Multiply<TVector>(
                    (int)Math.Min(TileProduct.PanelRows, problem.BiasCount - row), at.KeyWidth, rows, at.RelativeGradient + row, 1, at.RelativeColumns,
                    queries, at.KeyWidth, share + row * at.KeyWidth, at.KeyWidth, OldSum.Kept);
    }

    /// <summary>bias += the sum of all tasks' shares.</summary>
    public static void AddPartials(in AttentionProblem problem, in BackwardPlan plan, int paddedKeyWidth, RowView bias)
    {
        for (var task = 0; task < plan.TaskCount; task++)
        {
            var share = plan.BiasPartial(task);
            var firstHead = task / plan.Runs % problem.KeyValueHeads * problem.Group;
            switch (problem.BiasKind)
            {
                case ScoreBias.Slopes:
                    for (var member = 0; member < problem.Group; member++)
                        *bias.At(0, firstHead + member) += share[member];
                    break;
                case ScoreBias.Buckets:
                    for (nint bucket = 0; bucket < problem.BiasCount; bucket++)
                        for (var member = 0; member < problem.Group; member++)
                            *bias.At(bucket, firstHead + member) += share[bucket * problem.Group + member];
                    break;
                default:
                    for (nint row = 0; row < problem.BiasCount; row++)
                        for (nint i = 0; i < problem.KeyWidth; i++)
                            *bias.At(row, i) += share[row * paddedKeyWidth + i];
                    break;
            }
        }
    }
}
