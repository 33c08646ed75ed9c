using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>
/// Where tensors live and who computes on them. One class of methods over tensors as views of storage handles, the result last
/// and already allocated. Methods check nothing: operations in <c>Ops/</c> have checked shapes, types and backends. Unless a
/// method says otherwise, its tensors may have any strides (zero ones for broadcasting, of inputs only), results do not overlap
/// inputs unless they are the same view, and floating tensors are of the backend's <see cref="Float"/> type.
/// </summary>
public abstract partial class Backend
{
    private static readonly Lazy<Backend> TheDefault = new(() => new CpuBackend());

    /// <summary>Makes a backend with an empty pool.</summary>
    protected Backend() => Pool = new StoragePool(this);

    /// <summary>The fast backend of this machine, shared by all who name no other.</summary>
    public static Backend Default => TheDefault.Value;

    /// <summary>A name for messages.</summary>
    public abstract string Name { get; }

    /// <summary>The type this backend computes in.</summary>
    public virtual ElementType Float => ElementType.Float32;

    /// <summary>Bytes of memory that tensors hold in open scopes.</summary>
    public long BytesInUse => Pool.BytesInUse;

    /// <summary>Bytes of memory that wait to be used again.</summary>
    public long BytesPooled => Pool.BytesFree;

    internal StoragePool Pool { get; }

    /// <summary>Gives memory that waits in the pool back to the system.</summary>
    public void TrimPool() => Pool.Trim();

    internal abstract nint AllocateMemory(long bytes);

    internal abstract void FreeMemory(nint handle, long bytes);

    // host transfer: the tensor may have any float type (converted) and any strides

    internal abstract void Upload(ReadOnlySpan<float> source, in Tensor y);

    internal abstract void Upload(ReadOnlySpan<double> source, in Tensor y);

    internal abstract void Upload(ReadOnlySpan<int> source, in Tensor y);

    internal abstract void Download(in Tensor x, Span<float> destination);

    internal abstract void Download(in Tensor x, Span<double> destination);

    internal abstract void Download(in Tensor x, Span<int> destination);

    // filling and copying

    /// <summary>y = value.</summary>
    internal abstract void Fill(in Tensor y, double value);

    /// <summary>y[i] = mean + deviation · rng.NormalAt(i), i the row-major index.</summary>
    internal abstract void FillNormal(Rng rng, double mean, double deviation, in Tensor y);

    /// <summary>y[i] = low + (high − low) · rng.UniformAt(i).</summary>
    internal abstract void FillUniform(Rng rng, double low, double high, in Tensor y);

    /// <summary>y = x, element types converted.</summary>
    internal abstract void Copy(in Tensor x, in Tensor y);

    // elementwise

    /// <summary>y = f(x).</summary>
    internal abstract void Unary(UnaryFunction f, in Tensor x, in Tensor y);

    /// <summary>dx = dy · f′(x); y = f(x) is given for functions that have it cheaper.</summary>
    internal abstract void UnaryGradient(UnaryFunction f, in Tensor x, in Tensor y, in Tensor dy, in Tensor dx);

    /// <summary>y = f(a, b); a and b are broadcast to y's shape (strides of zero). Comparisons write Int32.</summary>
    internal abstract void Binary(BinaryFunction f, in Tensor a, in Tensor b, in Tensor y);

    /// <summary>y = scale · x + shift.</summary>
    internal abstract void Affine(in Tensor x, double scale, double shift, in Tensor y);

    /// <summary>y += scale · x.</summary>
    internal abstract void AddScaled(in Tensor x, double scale, in Tensor y);

    /// <summary>y = condition ≠ 0 ? a : b, all broadcast to y's shape.</summary>
    internal abstract void Where(in Tensor condition, in Tensor a, in Tensor b, in Tensor y);

    /// <summary>y = x with each element kept when rng.WordAt(its row-major index) as a unit number ≥ share, then divided by 1 − share; else 0.</summary>
    internal abstract void Dropout(in Tensor x, double share, Rng rng, in Tensor y);

    // folding

    /// <summary>y = f over the axes where y has extent one and x has not. Same rank.</summary>
    internal abstract void Reduce(ReduceFunction f, in Tensor x, in Tensor y);

    /// <summary>index = the first place of the largest (or smallest) element along an axis; y has extent one there.</summary>
    internal abstract void ArgReduce(in Tensor x, int axis, bool largest, in Tensor index);

    /// <summary>y[j] = Σ x[i] for i ≤ j along an axis (i ≥ j when reversed).</summary>
    internal abstract void CumulativeSum(in Tensor x, int axis, bool reverse, in Tensor y);

    /// <summary>The k largest of the last axis in falling order, ties by lower index; values and indices have last extent k.</summary>
    internal abstract void TopK(in Tensor x, in Tensor values, in Tensor indices);

    // softmax and losses

    /// <summary>Softmax (or its logarithm) over the last axis.</summary>
    internal abstract void Softmax(in Tensor x, bool logarithm, in Tensor y);

    /// <summary>dx from y = softmax(x): y(dy − Σ dy y); from its logarithm: dy − e^y Σ dy.</summary>
    internal abstract void SoftmaxGradient(in Tensor y, in Tensor dy, bool logarithm, in Tensor dx);

    /// <summary>
    /// losses[r] = −Σ q ln softmax(logits[r]) with q the smoothed one-hot target. When <paramref name="gradientScale"/> is given,
    /// the logits (contiguous) are overwritten with gradientScale · ∂loss/∂logits.
    /// </summary>
    internal abstract void CrossEntropy(in Tensor logits, in Tensor targets, CrossEntropyOptions options, double? gradientScale, in Tensor losses);

    // products

    /// <summary>
    /// c = a·b (added to c when accumulating) over the last two axes, batched over the others, which are broadcast; plus bias [n] on every row
    /// when given. Transposes are strides: the last two axes of a and b may lie either way round.
    /// </summary>
    internal abstract void MatMul(in Tensor a, in Tensor b, in Tensor bias, bool accumulate, in Tensor c);

    /// <summary>
    /// y = x·wᵀ (+ bias) for serving: x [m, k], w [n, k] of any float type, contiguous. Every row of y has the same bits whatever the other
    /// rows are and however many.
    /// </summary>
    internal abstract void MatMulInvariant(in Tensor x, in Tensor w, in Tensor bias, in Tensor y);

    /// <summary>y[r] = x[r]·w[expert[r]]ᵀ: x [m, k], w [experts, n, k], y [m, n]; with <paramref name="transpose"/>, y[r] = x[r]·w[expert[r]], x [m, n].</summary>
    internal abstract void MatMulGrouped(in Tensor x, in Tensor w, in Tensor expertOfRow, bool transpose, in Tensor y);

    /// <summary>y[r] = x[r]·w[expert[r]]ᵀ for serving: every row of y has the same bits whatever the other rows are and however many.</summary>
    internal abstract void MatMulGroupedInvariant(in Tensor x, in Tensor w, in Tensor expertOfRow, in Tensor y);

    /// <summary>The same with experts that are not trained.</summary>
    internal abstract void MatMulGrouped(in Tensor x, FrozenExperts w, in Tensor expertOfRow, in Tensor y);

    /// <summary>dw[e] += Σ over rows r of expert e of dy[r]ᵀ·x[r].</summary>
    internal abstract void MatMulGroupedGradient(in Tensor x, in Tensor dy, in Tensor expertOfRow, in Tensor dw);

    /// <summary>A stored matrix as this backend wants it for products; see <see cref="FrozenMatrix"/>.</summary>
    internal abstract FrozenMatrix Freeze(StoredMatrix source, bool interleave);

    /// <summary>Rows [.., width] into blocks of <see cref="RowStorage.Rounded"/>; each last axis of the blocks lies without gaps.</summary>
    internal abstract void RoundRows(in Tensor x, in Tensor blocks);

    /// <summary>The other way round.</summary>
    internal abstract void UnroundRows(in Tensor blocks, in Tensor y);

    // indexing

    /// <summary>y[i] = table[ids[i]]: ids [n], table [rows, …], y [n, …]. Out-of-range ids throw.</summary>
    internal abstract void GatherRows(in Tensor table, in Tensor ids, in Tensor y);

    /// <summary>table[ids[i]] += source[i], in ascending i.</summary>
    internal abstract void ScatterAddRows(in Tensor source, in Tensor ids, in Tensor table);

    /// <summary>y = x taken along an axis at index: y[…, j, …] = x[…, index[…, j, …], …]; index and y of one shape.</summary>
    internal abstract void GatherAlong(in Tensor x, int axis, in Tensor index, in Tensor y);

    /// <summary>y[…, index[…, j, …], …] += source[…, j, …], in ascending row-major order.</summary>
    internal abstract void ScatterAddAlong(in Tensor source, int axis, in Tensor index, in Tensor y);
}
