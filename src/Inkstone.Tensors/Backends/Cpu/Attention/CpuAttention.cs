namespace Inkstone.Tensors;

/// <summary>The door to attention's kernels: picks the width.</summary>
internal static class CpuAttention
{
    /// <summary>See <see cref="Backend.Attention"/>.</summary>
    public static void Forward(VectorWidth width, WorkerTeam team, in AttentionProblem problem, RowView y, RowView logSum)
    {
        switch (width)
        {
            case VectorWidth.Bits128:
                AttentionForward.Run<V128>(team, problem, y, logSum);
                break;
            case VectorWidth.Bits256:
                AttentionForward.Run<V256>(team, problem, y, logSum);
                break;
            default:
                AttentionForward.Run<V512>(team, problem, y, logSum);
                break;
        }
    }

    /// <summary>See <see cref="Backend.AttentionGradient"/>.</summary>
    public static void Backward(
        VectorWidth width, WorkerTeam team, in AttentionProblem problem, RowView y, RowView logSum, RowView dy, in AttentionGradients gradients)
    {
        switch (width)
        {
            case VectorWidth.Bits128:
                AttentionBackward.Run<V128>(team, problem, y, logSum, dy, gradients);
                break;
            case VectorWidth.Bits256:
                AttentionBackward.Run<V256>(team, problem, y, logSum, dy, gradients);
                break;
            default:
                AttentionBackward.Run<V512>(team, problem, y, logSum, dy, gradients);
                break;
        }
    }
}
