namespace Inkstone.Tensors;

/// <summary>The kernels compiled for one width; each method finds the operator by name and runs its loop.</summary>
internal sealed unsafe partial class KernelTable<TVector>(VectorWidth width) : KernelTable where TVector : struct, ISimd<TVector>
{
    public override VectorWidth Width { get; } = width;

    public override void Unary(UnaryFunction function, float* x, float* y, nint count)
    {
        var visitor = new ForwardVisitor(x, y, count);
        UnaryOperators.Dispatch(function, ref visitor);
    }

    public override void UnaryGradient(UnaryFunction function, float* dy, float* x, float* y, float* dx, nint count)
    {
        var visitor = new GradientVisitor(dy, x, y, dx, count);
        UnaryOperators.Dispatch(function, ref visitor);
    }

    public override void Gated(
        UnaryFunction function, float* gate, nint gateStride, float* up, nint upStride, float* y, nint yStride, nint rows, nint columns)
    {
        var visitor = new GatedVisitor(gate, gateStride, up, upStride, y, yStride, rows, columns);
        UnaryOperators.Dispatch(function, ref visitor);
    }

    public override void GatedGradient(
        UnaryFunction function, float* dy, nint dyStride, float* gate, nint gateStride, float* up, nint upStride,
        float* dgate, nint dgateStride, float* dup, nint dupStride, nint rows, nint columns)
    {
        for (nint row = 0; row < rows; row++)
        {
            var visitor = new GatedGradientVisitor(
                dy + row * dyStride, gate + row * gateStride, up + row * upStride, dgate + row * dgateStride, dup + row * dupStride, columns);
            UnaryOperators.Dispatch(function, ref visitor);
        }
    }

    public override void Binary(BinaryFunction function, RowOperand a, RowOperand b, float* y, nint yRowStride, nint rows, nint columns)
    {
        var visitor = new BinaryVisitor(a, b, y, yRowStride, rows, columns);
        BinaryOperators.Dispatch(function, ref visitor);
    }

    public override void Affine(float* x, float scale, float offset, float* y, nint count) =>
        BinaryKernels.Affine<TVector>(x, scale, offset, y, count);

    public override void AddScaled(float* x, float scale, float* y, nint count) => BinaryKernels.AddScaled<TVector>(x, scale, y, count);

    public override void AddProduct(float* a, float* b, float* y, nint count) => BinaryKernels.AddProduct<TVector>(a, b, y, count);

    public override void Select(int* mask, float* a, int aStep, float* b, int bStep, float* y, nint count) =>
        BinaryKernels.Select<TVector>(mask, a, aStep, b, bStep, y, count);

    private readonly struct ForwardVisitor(float* x, float* y, nint count) : IUnaryVisitor
    {
        private readonly float* _x = x, _y = y;

        public void Visit<TOperator>() where TOperator : struct, IUnaryOperator =>
            UnaryKernels.Forward<TVector, TOperator>(_x, _y, count);
    }

    private readonly struct GradientVisitor(float* dy, float* x, float* y, float* dx, nint count) : IUnaryVisitor
    {
        private readonly float* _dy = dy, _x = x, _y = y, _dx = dx;

        public void Visit<TOperator>() where TOperator : struct, IUnaryOperator =>
            UnaryKernels.Gradient<TVector, TOperator>(_dy, _x, _y, _dx, count);
    }

    private readonly struct GatedVisitor(
        float* gate, nint gateStride, float* up, nint upStride, float* y, nint yStride, nint rows, nint columns) : IUnaryVisitor
    {
        private readonly float* _gate = gate, _up = up, _y = y;

        public void Visit<TOperator>() where TOperator : struct, IUnaryOperator =>
            UnaryKernels.Gated<TVector, TOperator>(_gate, gateStride, _up, upStride, _y, yStride, rows, columns);
    }

    private readonly struct GatedGradientVisitor(
        float* dy, float* gate, float* up, float* dgate, float* dup, nint columns) : IUnaryVisitor
    {
        private readonly float* _dy = dy, _gate = gate, _up = up, _dgate = dgate, _dup = dup;

        public void Visit<TOperator>() where TOperator : struct, IUnaryOperator =>
            UnaryKernels.GatedGradient<TVector, TOperator>(_dy, _gate, _up, _dgate, _dup, columns);
    }

    private readonly struct BinaryVisitor(RowOperand a, RowOperand b, float* y, nint yRowStride, nint rows, nint columns) : IBinaryVisitor
    {
        private readonly float* _y = y;

        public void Visit<TOperator>() where TOperator : struct, IBinaryOperator =>
            BinaryKernels.Rows<TVector, TOperator>(a, b, _y, yRowStride, rows, columns);
    }
}
