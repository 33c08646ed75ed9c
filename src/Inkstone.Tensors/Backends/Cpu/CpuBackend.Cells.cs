namespace Inkstone.Tensors;

/// <content>Rotary embedding, recurrent cells and optimiser updates.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void Rotary(in Tensor x, in Tensor cosine, in Tensor sine, RotaryPairing pairing, bool inverse, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var (source, target) = (x.Strides[2] == 1 ? x : Dense(x), DenseTarget(y));
        ForRows(
            [x.Shape[0], checked(x.Shape[1] * x.Shape[2])],
            new RotaryAction(_kernels, RowsOf(source), Pointer(Dense(cosine)), Pointer(Dense(sine)), pairing, inverse, RowsOf(target), x.Shape, cosine.Shape[1]));
        Deliver(target, y);
    }

    internal override void LstmCell(in Tensor gates, in Tensor c0, in Tensor c, in Tensor h)
    {
        using var scope = PoolScope.Open();
        var (gate, cell, hidden) = (Dense(gates), DenseTarget(c), DenseTarget(h));
        ForRows(gates.Shape, new LstmAction(_kernels, Pointer(gate), Pointer(Dense(c0)), Pointer(cell), Pointer(hidden), c0.Shape[1]));
        Deliver(gate, gates);
        Deliver(cell, c);
        Deliver(hidden, h);
    }

    internal override void LstmCellGradient(
        in Tensor gates, in Tensor c0, in Tensor c, in Tensor dc, in Tensor dh, in Tensor dgates, in Tensor dc0)
    {
        using var scope = PoolScope.Open();
        var (dgate, dcell) = (DenseTarget(dgates), DenseTarget(dc0));
        ForRows(gates.Shape, new LstmGradientAction(
            _kernels, Pointer(Dense(gates)), Pointer(Dense(c0)), Pointer(Dense(c)), Pointer(Dense(dc)), Pointer(Dense(dh)), Pointer(dgate), Pointer(dcell),
            c0.Shape[1]));
        Deliver(dgate, dgates);
        Deliver(dcell, dc0);
    }

    internal override void GruCell(in Tensor x, in Tensor u, in Tensor h0, in Tensor gates, in Tensor h)
    {
        using var scope = PoolScope.Open();
        var (gate, hidden) = (DenseTarget(gates), DenseTarget(h));
        ForRows(x.Shape, new GruAction(_kernels, Pointer(Dense(x)), Pointer(Dense(u)), Pointer(Dense(h0)), Pointer(gate), Pointer(hidden), h0.Shape[1]));
        Deliver(gate, gates);
        Deliver(hidden, h);
    }

    internal override void GruCellGradient(
        in Tensor u, in Tensor h0, in Tensor gates, in Tensor dh, in Tensor dx, in Tensor du, in Tensor dh0)
    {
        using var scope = PoolScope.Open();
        var (dinput, drecurrent, dhidden) = (DenseTarget(dx), DenseTarget(du), DenseTarget(dh0));
        ForRows(u.Shape, new GruGradientAction(
            _kernels, Pointer(Dense(u)), Pointer(Dense(h0)), Pointer(Dense(gates)), Pointer(Dense(dh)), Pointer(dinput), Pointer(drecurrent), Pointer(dhidden),
            h0.Shape[1]));
        Deliver(dinput, dx);
        Deliver(drecurrent, du);
        Deliver(dhidden, dh0);
    }

    internal override void Update(UpdateRule rule, UpdateNumbers numbers, in Tensor parameter, in Tensor gradient, in Tensor first, in Tensor second) =>
        ForBlocks(parameter.Shape, new UpdateAction(_kernels, rule, numbers), parameter, gradient, first, second);

    /// <summary>A tensor [rows, heads, width] whose last axis has no gaps.</summary>
    private readonly struct HeadRows(float* first, nint rowStride, nint headStride)
    {
        public readonly float* First = first;
        public readonly nint RowStride = rowStride, HeadStride = headStride;
    }

    private static HeadRows RowsOf(in Tensor x) => new(Pointer(x), (nint)x.Strides[0], (nint)x.Strides[1]);

    private readonly struct RotaryAction(
        KernelTable kernels, HeadRows x, float* cosine, float* sine, RotaryPairing pairing, bool inverse, HeadRows y, Shape shape, nint half) : IRowAction
    {
        private readonly float* _cosine = cosine, _sine = sine;

        public void Invoke(nint first, nint count) => kernels.Rotary(
            x.First + first * x.RowStride, x.RowStride, x.HeadStride, _cosine + first * half, _sine + first * half, pairing, inverse,
            y.First + first * y.RowStride, y.RowStride, y.HeadStride, count, shape[1], shape[2], half);
    }

    private readonly struct LstmAction(KernelTable kernels, float* gates, float* c0, float* c, float* h, nint width) : IRowAction
    {
        private readonly float* _gates = gates, _c0 = c0, _c = c, _h = h;

        public void Invoke(nint first, nint count)
        {
            var place = first * width;
            kernels.LstmCell(_gates + 4 * place, _c0 + place, _c + place, _h + place, count, width);
        }
    }

    private readonly struct LstmGradientAction(
        KernelTable kernels, float* gates, float* c0, float* c, float* dc, float* dh, float* dgates, float* dc0, nint width) : IRowAction
    {
        private readonly float* _gates = gates, _c0 = c0, _c = c, _dc = dc, _dh = dh, _dgates = dgates, _dc0 = dc0;

        public void Invoke(nint first, nint count)
        {
            var place = first * width;
            kernels.LstmCellGradient(
                _gates + 4 * place, _c0 + place, _c + place, _dc == null ? null : _dc + place, _dh == null ? null : _dh + place, _dgates + 4 * place,
                _dc0 + place, count, width);
        }
    }

    private readonly struct GruAction(KernelTable kernels, float* x, float* u, float* h0, float* gates, float* h, nint width) : IRowAction
    {
        private readonly float* _x = x, _u = u, _h0 = h0, _gates = gates, _h = h;

        public void Invoke(nint first, nint count)
        {
            var place = first * width;
            kernels.GruCell(_x + 3 * place, _u + 3 * place, _h0 + place, _gates + 3 * place, _h + place, count, width);
        }
    }

    private readonly struct GruGradientAction(
        KernelTable kernels, float* u, float* h0, float* gates, float* dh, float* dx, float* du, float* dh0, nint width) : IRowAction
    {
        private readonly float* _u = u, _h0 = h0, _gates = gates, _dh = dh, _dx = dx, _du = du, _dh0 = dh0;

        public void Invoke(nint first, nint count)
        {
            var place = first * width;
            kernels.GruCellGradient(
                _u + 3 * place, _h0 + place, _gates + 3 * place, _dh + place, _dx + 3 * place, _du + 3 * place, _dh0 + place, count, width);
        }
    }

    private readonly struct UpdateAction(KernelTable kernels, UpdateRule rule, UpdateNumbers numbers) : IBlockAction
    {
        public void Invoke(in Block block) => kernels.Update(rule, numbers, block.A, block.B, block.C, block.D, block.Columns);
    }
}
