using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>
/// The fast backend of the processor, single precision. Kernels of one vector width run on a team of threads; work is split by
/// its shape, so results do not depend on the number of threads. What has no fast kernel goes to the reference's loops.
/// </summary>
public sealed partial class CpuBackend : HostBackend
{
    private readonly ReferenceBackend _reference = ReferenceBackend.Single;
    private readonly WorkerTeam _team;
    private readonly Gemm _gemm;

    /// <summary>Makes a backend with threads and an empty pool of its own.</summary>
    /// <param name="width">The vector width of its kernels; null means the widest that the processor has.</param>
    /// <param name="threads">Threads that work at once; null means one for each logical processor.</param>
    public CpuBackend(VectorWidth? width = null, int? threads = null)
    {
        Width = width ?? VectorWidths.Widest;
        _team = new WorkerTeam(threads);
        _gemm = new Gemm(_team, Width);
    }

    /// <summary>The vector width of the kernels.</summary>
    public VectorWidth Width { get; }

    /// <summary>Threads that work at once.</summary>
    public int ThreadCount => _team.Size;

    /// <inheritdoc/>
    public override string Name => $"cpu {(int)Width}-bit, {ThreadCount} threads";

    internal override void Unary(UnaryFunction f, in Tensor x, in Tensor y) =>
        _reference.Unary(f, x, y);

    internal override void UnaryGradient(UnaryFunction f, in Tensor x, in Tensor y, in Tensor dy, in Tensor dx) =>
        _reference.UnaryGradient(f, x, y, dy, dx);

    internal override void Binary(BinaryFunction f, in Tensor a, in Tensor b, in Tensor y) =>
        _reference.Binary(f, a, b, y);

    internal override void Affine(in Tensor x, double scale, double shift, in Tensor y) =>
        _reference.Affine(x, scale, shift, y);

    internal override void AddScaled(in Tensor x, double scale, in Tensor y) =>
        _reference.AddScaled(x, scale, y);

    internal override void Where(in Tensor condition, in Tensor a, in Tensor b, in Tensor y) =>
        _reference.Where(condition, a, b, y);

    internal override void Dropout(in Tensor x, double share, Rng rng, in Tensor y) =>
        _reference.Dropout(x, share, rng, y);

    internal override void Reduce(ReduceFunction f, in Tensor x, in Tensor y) =>
        _reference.Reduce(f, x, y);

    internal override void ArgReduce(in Tensor x, int axis, bool largest, in Tensor index) =>
        _reference.ArgReduce(x, axis, largest, index);

    internal override void CumulativeSum(in Tensor x, int axis, bool reverse, in Tensor y) =>
        _reference.CumulativeSum(x, axis, reverse, y);

    internal override void TopK(in Tensor x, in Tensor values, in Tensor indices) =>
        _reference.TopK(x, values, indices);

    internal override void Softmax(in Tensor x, bool logarithm, in Tensor y) =>
        _reference.Softmax(x, logarithm, y);

    internal override void SoftmaxGradient(in Tensor y, in Tensor dy, bool logarithm, in Tensor dx) =>
        _reference.SoftmaxGradient(y, dy, logarithm, dx);

    internal override void CrossEntropy(in Tensor logits, in Tensor targets, CrossEntropyOptions options, double? gradientScale, in Tensor losses) =>
        _reference.CrossEntropy(logits, targets, options, gradientScale, losses);

    internal override void MatMulInvariant(in Tensor x, in Tensor w, in Tensor bias, in Tensor y) =>
        _reference.MatMulInvariant(x, w, bias, y);

    internal override void MatMulGrouped(in Tensor x, in Tensor w, in Tensor expertOfRow, bool transpose, in Tensor y) =>
        _reference.MatMulGrouped(x, w, expertOfRow, transpose, y);

    internal override void MatMulGroupedGradient(in Tensor x, in Tensor dy, in Tensor expertOfRow, in Tensor dw) =>
        _reference.MatMulGroupedGradient(x, dy, expertOfRow, dw);

    internal override void GatherRows(in Tensor table, in Tensor ids, in Tensor y) =>
        _reference.GatherRows(table, ids, y);

    internal override void ScatterAddRows(in Tensor source, in Tensor ids, in Tensor table) =>
        _reference.ScatterAddRows(source, ids, table);

    internal override void GatherAlong(in Tensor x, int axis, in Tensor index, in Tensor y) =>
        _reference.GatherAlong(x, axis, index, y);

    internal override void ScatterAddAlong(in Tensor source, int axis, in Tensor index, in Tensor y) =>
        _reference.ScatterAddAlong(source, axis, index, y);

    internal override void LayerNorm(
        in Tensor x, in Tensor weight, in Tensor bias, double epsilon, in Tensor y, in Tensor mean, in Tensor reciprocal) =>
        _reference.LayerNorm(x, weight, bias, epsilon, y, mean, reciprocal);

    internal override void LayerNormGradient(
        in Tensor x, in Tensor weight, in Tensor mean, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight, in Tensor dbias) =>
        _reference.LayerNormGradient(x, weight, mean, reciprocal, dy, dx, dweight, dbias);

    internal override void RmsNorm(in Tensor x, in Tensor weight, double epsilon, in Tensor y, in Tensor reciprocal) =>
        _reference.RmsNorm(x, weight, epsilon, y, reciprocal);

    internal override void RmsNormGradient(in Tensor x, in Tensor weight, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight) =>
        _reference.RmsNormGradient(x, weight, reciprocal, dy, dx, dweight);

    internal override void Rotary(in Tensor x, in Tensor cosine, in Tensor sine, RotaryPairing pairing, bool inverse, in Tensor y) =>
        _reference.Rotary(x, cosine, sine, pairing, inverse, y);

    internal override void SwiGlu(in Tensor gate, in Tensor up, in Tensor y) =>
        _reference.SwiGlu(gate, up, y);

    internal override void SwiGluGradient(in Tensor gate, in Tensor up, in Tensor dy, in Tensor dgate, in Tensor dup) =>
        _reference.SwiGluGradient(gate, up, dy, dgate, dup);

    internal override void LstmCell(in Tensor gates, in Tensor c0, in Tensor c, in Tensor h) =>
        _reference.LstmCell(gates, c0, c, h);

    internal override void LstmCellGradient(
        in Tensor gates, in Tensor c0, in Tensor c, in Tensor dc, in Tensor dh, in Tensor dgates, in Tensor dc0) =>
        _reference.LstmCellGradient(gates, c0, c, dc, dh, dgates, dc0);

    internal override void GruCell(in Tensor x, in Tensor u, in Tensor h0, in Tensor gates, in Tensor h) =>
        _reference.GruCell(x, u, h0, gates, h);

    internal override void GruCellGradient(in Tensor u, in Tensor h0, in Tensor gates, in Tensor dh, in Tensor dx, in Tensor du, in Tensor dh0) =>
        _reference.GruCellGradient(u, h0, gates, dh, dx, du, dh0);

    internal override void Unfold(in Tensor x, SlidingWindow window, in Tensor y) =>
        _reference.Unfold(x, window, y);

    internal override void Fold(in Tensor y, SlidingWindow window, in Tensor x) =>
        _reference.Fold(y, window, x);

    internal override void Update(
        UpdateRule rule, UpdateNumbers numbers, in Tensor parameter, in Tensor gradient, in Tensor first, in Tensor second) =>
        _reference.Update(rule, numbers, parameter, gradient, first, second);
}
