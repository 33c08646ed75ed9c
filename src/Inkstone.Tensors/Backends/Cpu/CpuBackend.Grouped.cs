namespace Inkstone.Tensors;

/// <content>Products with another matrix for each row: rows are brought together by expert, multiplied, and put back.</content>
public sealed unsafe partial class CpuBackend
{
    /// <summary>What the rows of one expert are multiplied with.</summary>
    private interface IExpertProduct
    {
        void Multiply(int expert, in Tensor rows, in Tensor products);
    }

    internal override void MatMulGrouped(in Tensor x, in Tensor w, in Tensor expertOfRow, bool transpose, in Tensor y)
    {
        using var scope = PoolScope.Open();
        ByExpert(x, w.Shape[0], expertOfRow, new PackedProduct(this, Dense(w).AtNode(0), transpose), y); // slices of it are not to be recorded
    }

    internal override void MatMulGroupedInvariant(in Tensor x, in Tensor w, in Tensor expertOfRow, in Tensor y)
    {
        using var scope = PoolScope.Open();
        ByExpert(x, w.Shape[0], expertOfRow, new InvariantProduct(this, Dense(w).AtNode(0)), y);
    }

    internal override void MatMulGrouped(in Tensor x, FrozenExperts w, in Tensor expertOfRow, in Tensor y) =>
        ByExpert(x, w.Count, expertOfRow, new FrozenProduct(w), y);

    internal override void MatMulGroupedGradient(in Tensor x, in Tensor dy, in Tensor expertOfRow, in Tensor dw)
    {
        if (x.Count == 0 || dy.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var order = RowsByExpert(expertOfRow, dw.Shape[0], out var starts);
        var (inputs, gradients) = (Tensor.Empty(x.Shape, x.Type, this), Tensor.Empty(dy.Shape, dy.Type, this));
        GatherRows(Dense(x), order, inputs);
        GatherRows(Dense(dy), order, gradients);
        for (var expert = 0; expert < dw.Shape[0]; expert++)
        {
            var count = starts[expert + 1] - starts[expert];
            if (count > 0)
                MatMul(
                    gradients.Slice(0, starts[expert], count).Transpose(), inputs.Slice(0, starts[expert], count), default, accumulate: true,
                    dw.Select(0, expert));
        }
    }

    /// <summary>The numbers of the rows in the order of their experts, and where each expert's rows begin in that order.</summary>
    private Tensor RowsByExpert(in Tensor expertOfRow, int experts, out ReadOnlySpan<int> starts)
    {
        var numbers = Dense(expertOfRow);
        RequireInside("grouped matmul", numbers, experts);
        var rows = numbers.Shape[0];
        var expertOf = new ReadOnlySpan<int>(Pointer(numbers), rows);
        var begin = Tensor.Zeros([experts + 1], ElementType.Int32, this);
        var next = Tensor.Empty([experts + 1], ElementType.Int32, this);
        var order = Tensor.Empty([rows], ElementType.Int32, this);
        var begins = (int*)Pointer(begin);
        var nexts = (int*)Pointer(next);
        var orders = (int*)Pointer(order);
        foreach (var expert in expertOf)
            begins[expert + 1]++;
        for (var expert = 0; expert < experts; expert++)
            begins[expert + 1] += begins[expert];
        Copy(begin, next);
        for (var row = 0; row < rows; row++)
            orders[nexts[expertOf[row]]++] = row;
        starts = new ReadOnlySpan<int>(begins, experts + 1);
        return order;
    }

    private void ByExpert<TProduct>(in Tensor x, int experts, in Tensor expertOfRow, TProduct product, in Tensor y)
        where TProduct : struct, IExpertProduct
    {
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var order = RowsByExpert(expertOfRow, experts, out var starts);
        var sorted = Tensor.Empty(x.Shape, x.Type, this);
        var products = Tensor.Empty(y.Shape, y.Type, this);
        GatherRows(Dense(x), order, sorted);
        for (var expert = 0; expert < experts; expert++)
        {
            var count = starts[expert + 1] - starts[expert];
            if (count > 0)
                product.Multiply(expert, sorted.Slice(0, starts[expert], count), products.Slice(0, starts[expert], count));
        }
        Fill(y, 0);
        ScatterAddRows(products, order, y);
    }

    private readonly struct PackedProduct(CpuBackend backend, Tensor w, bool transpose) : IExpertProduct
    {
        public void Multiply(int expert, in Tensor rows, in Tensor products)
        {
            var matrix = w.Select(0, expert);
            backend.MatMul(rows, transpose ? matrix : matrix.Transpose(), default, accumulate: false, products);
        }
    }

    private readonly struct InvariantProduct(CpuBackend backend, Tensor w) : IExpertProduct
    {
        public void Multiply(int expert, in Tensor rows, in Tensor products) => backend.MatMulInvariant(rows, w.Select(0, expert), default, products);
    }

    private readonly struct FrozenProduct(FrozenExperts w) : IExpertProduct
    {
        public void Multiply(int expert, in Tensor rows, in Tensor products) => w[expert].Multiply(rows, default, products);
    }
}
