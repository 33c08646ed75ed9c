using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <content>Functions of single elements.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void Unary(UnaryFunction f, in Tensor x, in Tensor y)
    {
        if (!AreSingle(x, y))
        {
            _reference.Unary(f, x, y);
            return;
        }
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForBlocks(y.Shape, new UnaryAction(_kernels, f), InRows(x), target);
        Deliver(target, y);
    }

    internal override void UnaryGradient(UnaryFunction f, in Tensor x, in Tensor y, in Tensor dy, in Tensor dx)
    {
        using var scope = PoolScope.Open();
        var operands = UnaryOperators.GradientOperandsOf(f);
        var target = DenseTarget(dx);
        ForBlocks(
            dx.Shape, new UnaryGradientAction(_kernels, f), InRows(dy), target, (operands & GradientOperands.Input) != 0 ? InRows(x) : default,
            (operands & GradientOperands.Output) != 0 ? InRows(y) : default);
        Deliver(target, dx);
    }

    internal override void Binary(BinaryFunction f, in Tensor a, in Tensor b, in Tensor y)
    {
        if (!AreSingle(a, b))
        {
            _reference.Binary(f, a, b, y);
            return;
        }
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForBlocks(y.Shape, new BinaryAction(_kernels, f), InRows(a, mayRepeat: true), InRows(b, mayRepeat: true), target);
        Deliver(target, y);
    }

    internal override void Affine(in Tensor x, double scale, double shift, in Tensor y)
    {
        if (!AreSingle(x, y))
        {
            _reference.Affine(x, scale, shift, y);
            return;
        }
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForBlocks(y.Shape, new AffineAction(_kernels, (float)scale, (float)shift), InRows(x), target);
        Deliver(target, y);
    }

    internal override void AddScaled(in Tensor x, double scale, in Tensor y)
    {
        if (!IsInRows(y))
        {
            _reference.AddScaled(x, scale, y);
            return;
        }
        using var scope = PoolScope.Open();
        ForBlocks(y.Shape, new AddScaledAction(_kernels, (float)scale), InRows(x), y);
    }

    internal override void Where(in Tensor condition, in Tensor a, in Tensor b, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForBlocks(y.Shape, new SelectAction(_kernels), InRows(condition), InRows(a, mayRepeat: true), InRows(b, mayRepeat: true), target);
        Deliver(target, y);
    }

    internal override void Dropout(in Tensor x, double share, Rng rng, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForBlocks(y.Shape, new DropoutAction(_kernels, share, rng, Pointer(target)), Dense(x), target);
        Deliver(target, y);
    }

    internal override void SwiGlu(in Tensor gate, in Tensor up, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        ForBlocks(y.Shape, new GatedAction(_kernels), InRows(gate), InRows(up), target);
        Deliver(target, y);
    }

    internal override void SwiGluGradient(in Tensor gate, in Tensor up, in Tensor dy, in Tensor dgate, in Tensor dup)
    {
        using var scope = PoolScope.Open();
        // five operands: the results share one layout, so that the second's place follows from the first's
        var (dgates, dups) = (DenseTarget(dgate), DenseTarget(dup));
        ForBlocks(
            gate.Shape, new GatedGradientAction(_kernels, (nint)(Pointer(dups) - Pointer(dgates))), InRows(gate), InRows(up), InRows(dy), dgates);
        Deliver(dgates, dgate);
        Deliver(dups, dup);
    }

    private readonly struct UnaryAction(KernelTable kernels, UnaryFunction f) : IBlockAction
    {
        public void Invoke(in Block block)
        {
            for (nint row = 0; row < block.Rows; row++)
                kernels.Unary(f, block.A + row * block.AStride, block.B + row * block.BStride, block.Columns);
        }
    }

    private readonly struct UnaryGradientAction(KernelTable kernels, UnaryFunction f) : IBlockAction
    {
        public void Invoke(in Block block)
        {
            for (nint row = 0; row < block.Rows; row++)
                kernels.UnaryGradient(
                    f, block.A + row * block.AStride, block.C + row * block.CStride, block.D + row * block.DStride, block.B + row * block.BStride,
                    block.Columns);
        }
    }

    private readonly struct BinaryAction(KernelTable kernels, BinaryFunction f) : IBlockAction
    {
        public void Invoke(in Block block) => kernels.Binary(
            f, Operand(block.A, block.AStride, block.AStep), Operand(block.B, block.BStride, block.BStep), block.C, block.CStride, block.Rows, block.Columns);

        private static RowOperand Operand(float* start, nint stride, int step) =>
            step == 0 ? RowOperand.PerRow(start, stride) : RowOperand.Matrix(start, stride);
    }

    private readonly struct AffineAction(KernelTable kernels, float scale, float shift) : IBlockAction
    {
        public void Invoke(in Block block)
        {
            for (nint row = 0; row < block.Rows; row++)
                kernels.Affine(block.A + row * block.AStride, scale, shift, block.B + row * block.BStride, block.Columns);
        }
    }

    private readonly struct AddScaledAction(KernelTable kernels, float scale) : IBlockAction
    {
        public void Invoke(in Block block)
        {
            for (nint row = 0; row < block.Rows; row++)
                kernels.AddScaled(block.A + row * block.AStride, scale, block.B + row * block.BStride, block.Columns);
        }
    }

    private readonly struct SelectAction(KernelTable kernels) : IBlockAction
    {
        public void Invoke(in Block block)
        {
            for (nint row = 0; row < block.Rows; row++)
                kernels.Select(
                    (int*)(block.A + row * block.AStride), block.B + row * block.BStride, block.BStep, block.C + row * block.CStride, block.CStep,
                    block.D + row * block.DStride, block.Columns);
        }
    }

    /// <summary>Both tensors are contiguous, so an element's row-major number is its distance from the result's first.</summary>
    private readonly struct DropoutAction(KernelTable kernels, double share, Rng rng, float* first) : IBlockAction
    {
        private readonly float* _first = first;

        public void Invoke(in Block block) => kernels.Dropout(block.A, rng, (ulong)(block.B - _first), share, block.B, block.Columns);
    }

    private readonly struct GatedAction(KernelTable kernels) : IBlockAction
    {
        public void Invoke(in Block block) => kernels.Gated(
            UnaryFunction.Silu, block.A, block.AStride, block.B, block.BStride, block.C, block.CStride, block.Rows, block.Columns);
    }

    private readonly struct GatedGradientAction(KernelTable kernels, nint fromGateToUp) : IBlockAction
    {
        public void Invoke(in Block block) => kernels.GatedGradient(
            UnaryFunction.Silu, block.C, block.CStride, block.A, block.AStride, block.B, block.BStride, block.D, block.DStride,
            block.D + fromGateToUp, block.DStride, block.Rows, block.Columns);
    }
}
