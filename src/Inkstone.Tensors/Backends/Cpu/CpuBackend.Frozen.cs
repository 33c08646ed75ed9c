namespace Inkstone.Tensors;

/// <content>Weights that are not trained, in the formats of files.</content>
public sealed unsafe partial class CpuBackend
{
    // Rounding fewer numbers than this is done before another thread has woken up.
    private const int FewNumbers = 1 << 15;

    internal override FrozenMatrix Freeze(StoredMatrix source, bool interleave) => source.Format switch
    {
        WeightFormat.Q8_0 when interleave => new InterleavedMatrix<BlockQ8_0, HalfScaledBytes>(source, this),
        WeightFormat.Q4_0 when interleave => new InterleavedMatrix<BlockQ4_0, HalfScaledNibbles>(source, this),
        WeightFormat.Q4_K when interleave => new InterleavedMatrix<BlockQ4_K, SuperScaledNibbles>(source, this),
        WeightFormat.Q6_K when interleave => new InterleavedMatrix<BlockQ6_K, SuperScaledBytes>(source, this),
        WeightFormat.Q8_0 => Freeze<BlockQ8_0>(source, interleave),
        WeightFormat.Q4_0 => Freeze<BlockQ4_0>(source, interleave),
        WeightFormat.Q4_1 => Freeze<BlockQ4_1>(source, interleave),
        WeightFormat.Q5_0 => Freeze<BlockQ5_0>(source, interleave),
        WeightFormat.Q5_1 => Freeze<BlockQ5_1>(source, interleave),
        WeightFormat.Q2_K => Freeze<BlockQ2_K>(source, interleave),
        WeightFormat.Q3_K => Freeze<BlockQ3_K>(source, interleave),
        WeightFormat.Q4_K => Freeze<BlockQ4_K>(source, interleave),
        WeightFormat.Q5_K => Freeze<BlockQ5_K>(source, interleave),
        WeightFormat.Q6_K => Freeze<BlockQ6_K>(source, interleave),
        WeightFormat.IQ4_NL => Freeze<BlockIQ4_NL>(source, interleave),
        WeightFormat.IQ4_XS => Freeze<BlockIQ4_XS>(source, interleave),
        WeightFormat.MXFP4 => Freeze<BlockMXFP4>(source, interleave),
        _ => new FrozenDense(source, this),
    };

    /// <summary>Runs work in chunks on the backend's threads.</summary>
    internal void Run<TAction>(int chunks, TAction action)
        where TAction : struct, IChunkAction => _team.Run(chunks, action);

    /// <summary>y = x·wᵀ (+ bias) with a weight in panels; x is rounded first.</summary>
    internal void MultiplyBlocks<TLayout, TPanels>(in Tensor x, FrozenMatrix weight, TPanels panels, in Tensor bias, in Tensor y)
        where TLayout : struct, IPanelLayout
        where TPanels : struct, IPanels
    {
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var (source, target, rows) = (InRows(x), DenseTarget(y), x.Shape[0]);
        var memory = Tensor.Empty([checked((int)(ActivationBlocks.ByteLength(rows, weight.Columns, TLayout.GroupLength) / sizeof(int) + 1))], ElementType.Int32, this);
        var rounded = new ActivationBlocks((nint)HostMemory.Address(memory), rows, weight.Columns, TLayout.GroupLength);
        var rounding = new Rounding(rounded, (nint)Pointer(source), (nint)source.Strides[0], TLayout.Bias);
        var tiles = (rows + ActivationBlocks.TileRows - 1) / ActivationBlocks.TileRows;
        if (rows * (long)weight.Columns < FewNumbers)
        {
            for (var tile = 0; tile < tiles; tile++)
                rounding.Invoke(tile);
        }
        else
        {
            _team.Run(tiles, rounding);
        }
        _blocks.Multiply<TLayout, TPanels>(
            new BlockProblem
            {
                M = rows,
                N = weight.Rows,
                K = weight.Columns,
                A = rounded,
                Bias = Pointer(Dense(bias)),
                C = Pointer(target),
                CStride = (nint)target.Strides[0],
            },
            panels);
        Deliver(target, y);
    }

    /// <summary>y = x·wᵀ (+ bias) with a dense weight at an address.</summary>
    internal void MultiplyDense(in Tensor x, FrozenMatrix weight, void* data, in Tensor bias, in Tensor y)
    {
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var (source, target) = (InRows(x), DenseTarget(y));
        _dot.Multiply(new DotProblem
        {
            M = x.Shape[0],
            N = weight.Rows,
            K = weight.Columns,
            A = Pointer(source),
            AStride = (nint)source.Strides[0],
            W = data,
            WStride = weight.Columns,
            Element = weight.Format switch
            {
                WeightFormat.F16 => WeightElement.Half,
                WeightFormat.BF16 => WeightElement.BFloat16,
                _ => WeightElement.Single,
            },
            Bias = Pointer(Dense(bias)),
            C = Pointer(target),
            CStride = (nint)target.Strides[0],
        });
        Deliver(target, y);
    }

    /// <summary>Row numbers one after another, none of them outside a table; valid in the caller's pool scope.</summary>
    internal ReadOnlySpan<int> RowNumbers(in Tensor ids, int rows)
    {
        var numbers = Dense(ids);
        RequireInside("rows", numbers, rows);
        return new((int*)Pointer(numbers), checked((int)numbers.Count));
    }

    private FrozenMatrix Freeze<TBlock>(StoredMatrix source, bool interleave)
        where TBlock : IWeightBlock => interleave
        ? new InterleavedMatrix<TBlock, SingleScaledBytes<GroupsOf<TBlock>>>(source, this)
        : new StoredBlockMatrix<TBlock>(source, this);

    private readonly struct Rounding(ActivationBlocks rounded, nint x, nint stride, int bias) : IChunkAction
    {
        public void Invoke(int chunk) => rounded.Round(chunk * ActivationBlocks.TileRows, (float*)x, stride, bias);
    }
}
