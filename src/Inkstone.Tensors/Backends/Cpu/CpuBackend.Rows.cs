namespace Inkstone.Tensors;

/// <content>Softmax, cross-entropy and normalisation: functions of whole rows.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void Softmax(in Tensor x, bool logarithm, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForRows(x.Shape, new SoftmaxAction(_kernels, logarithm, Pointer(Dense(x)), Pointer(target), x.Shape[-1]));
        Deliver(target, y);
    }

    internal override void SoftmaxGradient(in Tensor y, in Tensor dy, bool logarithm, in Tensor dx)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(dx);
        ForRows(y.Shape, new SoftmaxGradientAction(_kernels, logarithm, Pointer(Dense(y)), Pointer(Dense(dy)), Pointer(target), y.Shape[-1]));
        Deliver(target, dx);
    }

    internal override void CrossEntropy(in Tensor logits, in Tensor targets, CrossEntropyOptions options, double? gradientScale, in Tensor losses)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(losses);
        var source = InRows(logits);
        ForRows(
            logits.Shape,
            new CrossEntropyAction(
                _kernels, Pointer(source), (nint)source.Strides[0], (int*)Pointer(Dense(targets)), options, gradientScale, Pointer(target), logits.Shape[1]));
        Deliver(target, losses);
    }

    internal override void LayerNorm(
        in Tensor x, in Tensor weight, in Tensor bias, double epsilon, in Tensor y, in Tensor mean, in Tensor reciprocal)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForRows(
            x.Shape,
            new LayerNormAction(
                _kernels, Pointer(Dense(x)), Pointer(Dense(weight)), Pointer(Dense(bias)), (float)epsilon, Pointer(target), Pointer(mean), Pointer(reciprocal),
                x.Shape[-1]));
        Deliver(target, y);
    }

    internal override void RmsNorm(in Tensor x, in Tensor weight, double epsilon, in Tensor y, in Tensor reciprocal)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForRows(x.Shape, new RmsNormAction(_kernels, Pointer(Dense(x)), Pointer(Dense(weight)), (float)epsilon, Pointer(target), Pointer(reciprocal), x.Shape[-1]));
        Deliver(target, y);
    }

    internal override void LayerNormGradient(
        in Tensor x, in Tensor weight, in Tensor mean, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight, in Tensor dbias) =>
        NormGradient(x, weight, mean, reciprocal, dy, dx, dweight, dbias);

    internal override void RmsNormGradient(in Tensor x, in Tensor weight, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight) =>
        NormGradient(x, weight, default, reciprocal, dy, dx, dweight, default);

    /// <summary>The gradients of both norms; the RMS norm is the one without means.</summary>
    private void NormGradient(
        in Tensor x, in Tensor weight, in Tensor mean, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight, in Tensor dbias)
    {
        var columns = x.Shape[-1];
        if (x.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var target = DenseTarget(dx);
        var rows = (nint)(x.Count / columns);
        var blocks = checked((int)((rows + KernelTable.RowBlock - 1) / KernelTable.RowBlock));
        var weightSums = dweight.IsMissing ? default : Tensor.Zeros([blocks, columns], ElementType.Float32, this);
        var biasSums = dbias.IsMissing ? default : Tensor.Zeros([blocks, columns], ElementType.Float32, this);
        _team.Run(blocks, new NormGradientAction(
            _kernels, Pointer(Dense(x)), Pointer(Dense(weight)), Pointer(mean), Pointer(reciprocal), Pointer(Dense(dy)), Pointer(target),
            Pointer(weightSums), Pointer(biasSums), rows, columns));
        if (!dweight.IsMissing)
            _kernels.ReduceColumns(ReduceFunction.Sum, Pointer(weightSums), columns, Pointer(dweight), blocks, columns, accumulate: true);
        if (!dbias.IsMissing)
            _kernels.ReduceColumns(ReduceFunction.Sum, Pointer(biasSums), columns, Pointer(dbias), blocks, columns, accumulate: true);
        Deliver(target, dx);
    }

    /// <summary>Runs an action over rows, in chunks of so many that each has about as many elements as <see cref="KernelTable.ReductionBlock"/>.</summary>
    private void ForRows<TAction>(in Shape shape, TAction action)
        where TAction : struct, IRowAction
    {
        if (shape.Count == 0)
            return;
        nint columns = shape[-1];
        var rows = (nint)(shape.Count / columns);
        var perChunk = nint.Max(1, KernelTable.ReductionBlock / columns);
        _team.Run(checked((int)((rows + perChunk - 1) / perChunk)), new ChunksOfRows<TAction>(action, rows, perChunk));
    }

    /// <summary>What is done to some neighbouring rows.</summary>
    private interface IRowAction
    {
        void Invoke(nint first, nint count);
    }

    private readonly struct ChunksOfRows<TAction>(TAction action, nint rows, nint perChunk) : IChunkAction
        where TAction : struct, IRowAction
    {
        public void Invoke(int chunk) => action.Invoke(chunk * perChunk, nint.Min(perChunk, rows - chunk * perChunk));
    }

    private readonly struct SoftmaxAction(KernelTable kernels, bool logarithm, float* x, float* y, nint columns) : IRowAction
    {
        private readonly float* _x = x, _y = y;

        public void Invoke(nint first, nint count) => kernels.Softmax(_x + first * columns, _y + first * columns, count, columns, logarithm);
    }

    private readonly struct SoftmaxGradientAction(KernelTable kernels, bool logarithm, float* y, float* dy, float* dx, nint columns) : IRowAction
    {
        private readonly float* _y = y, _dy = dy, _dx = dx;

        public void Invoke(nint first, nint count) =>
            kernels.SoftmaxGradient(_y + first * columns, _dy + first * columns, _dx + first * columns, count, columns, logarithm);
    }

    private readonly struct CrossEntropyAction(
        KernelTable kernels, float* logits, nint rowStride, int* targets, CrossEntropyOptions options, double? gradientScale, float* losses, nint columns)
        : IRowAction
    {
        private readonly float* _logits = logits, _losses = losses;
        private readonly int* _targets = targets;

        public void Invoke(nint first, nint count)
        {
            if (gradientScale is { } scale)
                kernels.CrossEntropyGradient(
                    _logits + first * rowStride, rowStride, _targets + first, options, (float)scale, _losses + first, count, columns);
            else
                kernels.CrossEntropy(_logits + first * rowStride, rowStride, _targets + first, options, _losses + first, count, columns);
        }
    }

    private readonly struct LayerNormAction(
        KernelTable kernels, float* x, float* weight, float* bias, float epsilon, float* y, float* mean, float* reciprocal, nint columns) : IRowAction
    {
        private readonly float* _x = x, _weight = weight, _bias = bias, _y = y, _mean = mean, _reciprocal = reciprocal;

        public void Invoke(nint first, nint count) => kernels.LayerNorm(
            _x + first * columns, _weight, _bias, epsilon, _y + first * columns, _mean + first, _reciprocal + first, count, columns);
    }

    private readonly struct RmsNormAction(KernelTable kernels, float* x, float* weight, float epsilon, float* y, float* reciprocal, nint columns) : IRowAction
    {
        private readonly float* _x = x, _weight = weight, _y = y, _reciprocal = reciprocal;

        public void Invoke(nint first, nint count) =>
            kernels.RmsNorm(_x + first * columns, _weight, epsilon, _y + first * columns, _reciprocal + first, count, columns);
    }

    private readonly struct NormGradientAction(
        KernelTable kernels, float* x, float* weight, float* mean, float* reciprocal, float* dy, float* dx, float* weightSums, float* biasSums, nint rows,
        nint columns) : IChunkAction
    {
        private readonly float* _x = x, _weight = weight, _mean = mean, _reciprocal = reciprocal, _dy = dy, _dx = dx;
        private readonly float* _weightSums = weightSums, _biasSums = biasSums;

        public void Invoke(int chunk)
        {
            var first = (nint)chunk * KernelTable.RowBlock;
            var (count, place) = (nint.Min(KernelTable.RowBlock, rows - first), first * columns);
            var dweight = _weightSums == null ? null : _weightSums + chunk * columns;
            var dbias = _biasSums == null ? null : _biasSums + chunk * columns;
            if (_mean == null)
                kernels.RmsNormGradient(_x + place, _weight, _reciprocal + first, _dy + place, _dx + place, dweight, count, columns);
            else
                kernels.LayerNormGradient(
                    _x + place, _weight, _mean + first, _reciprocal + first, _dy + place, _dx + place, dweight, dbias, count, columns);
        }
    }
}
