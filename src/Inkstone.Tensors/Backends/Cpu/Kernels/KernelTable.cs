namespace Inkstone.Tensors;

/// <summary>
/// The single-precision kernels of one vector width, as one virtual call each: what <c>CpuBackend</c> calls from its worker team.
/// <para>
/// All kernels take pointers and element counts, allocate nothing, need no alignment and touch nothing outside the ranges they are given.
/// "Rows" are contiguous runs; where a kernel takes a row stride it is in elements. Results may overwrite an operand of the same shape
/// exactly (in place) unless said otherwise; ranges that overlap in any other way are not allowed.
/// </para>
/// <para>
/// A sum inside one call adds in an order fixed by its length and the vector width alone. What is added up over several calls is the
/// caller's to order: split by shape (<see cref="ReductionBlock"/>, <see cref="RowBlock"/>), never by thread.
/// </para>
/// </summary>
internal abstract unsafe partial class KernelTable
{
    private static readonly KernelTable Bits128 = new KernelTable<V128>(VectorWidth.Bits128);
    private static readonly KernelTable Bits256 = new KernelTable<V256>(VectorWidth.Bits256);
    private static readonly KernelTable Bits512 = new KernelTable<V512>(VectorWidth.Bits512);

    /// <summary>The width of these kernels.</summary>
    public abstract VectorWidth Width { get; }

    /// <summary>The table of a width. Every width works on every processor; those wider than it has are slow.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such width.</exception>
    public static KernelTable For(VectorWidth width) => width switch
    {
        VectorWidth.Bits128 => Bits128,
        VectorWidth.Bits256 => Bits256,
        VectorWidth.Bits512 => Bits512,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, null),
    };

    /// <summary>y = f(x), element by element.</summary>
    public abstract void Unary(UnaryFunction function, float* x, float* y, nint count);

    /// <summary>
    /// dx = dy·f′(x). <see cref="UnaryOperators.GradientOperandsOf"/> says which of x and y is read; the other may be null. dx may be dy.
    /// </summary>
    public abstract void UnaryGradient(UnaryFunction function, float* dy, float* x, float* y, float* dx, nint count);

    /// <summary>
    /// A gated unit, y = f(gate)·up: SwiGLU with <see cref="UnaryFunction.Silu"/>, GEGLU with a GELU (Shazeer, "GLU variants improve
    /// Transformer", 2020). All are [rows, columns], each with its row stride, so that gate and up may be halves of one matrix.
    /// </summary>
    public abstract void Gated(
        UnaryFunction function, float* gate, nint gateStride, float* up, nint upStride, float* y, nint yStride, nint rows, nint columns);

    /// <summary>dgate = dy·up·f′(gate), dup = dy·f(gate); what <see cref="Gated"/> computed is not needed, only its inputs.</summary>
    public abstract void GatedGradient(
        UnaryFunction function, float* dy, nint dyStride, float* gate, nint gateStride, float* up, nint upStride,
        float* dgate, nint dgateStride, float* dup, nint dupStride, nint rows, nint columns);

    /// <summary>
    /// y(r, c) = f(a(r, c), b(r, c)) over [rows, columns]; either side may be broadcast, see <see cref="RowOperand"/>. Comparisons write the
    /// 32-bit integers 1 and 0 at y.
    /// </summary>
    public abstract void Binary(BinaryFunction function, RowOperand a, RowOperand b, float* y, nint yRowStride, nint rows, nint columns);

    /// <summary>y = f(a, b) without broadcasting.</summary>
    public void Binary(BinaryFunction function, float* a, float* b, float* y, nint count) =>
        Binary(function, RowOperand.Matrix(a, count), RowOperand.Matrix(b, count), y, count, 1, count);

    /// <summary>y = scale·x + offset.</summary>
    public abstract void Affine(float* x, float scale, float offset, float* y, nint count);

    /// <summary>y += scale·x.</summary>
    public abstract void AddScaled(float* x, float scale, float* y, nint count);

    /// <summary>y += a·b, element by element.</summary>
    public abstract void AddProduct(float* a, float* b, float* y, nint count);

    /// <summary>y = mask ≠ 0 ? a : b. A step is 1, or 0 where that side is a single number.</summary>
    public abstract void Select(int* mask, float* a, int aStep, float* b, int bStep, float* y, nint count);

    /// <summary>y = value.</summary>
    public void Fill(float* y, float value, nint count)
    {
        for (; count > int.MaxValue; count -= int.MaxValue, y += int.MaxValue)
            new Span<float>(y, int.MaxValue).Fill(value);
        new Span<float>(y, (int)count).Fill(value);
    }

    /// <summary>y = x.</summary>
    public void Copy(float* x, float* y, nint count) => Buffer.MemoryCopy(x, y, count * sizeof(float), count * sizeof(float));
}
