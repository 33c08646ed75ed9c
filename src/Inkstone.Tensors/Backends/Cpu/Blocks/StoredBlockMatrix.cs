namespace Inkstone.Tensors;

/// <summary>A weight of a block format left in the form of its file: each product lays it into panels anew, a panel at a time.</summary>
internal sealed unsafe class StoredBlockMatrix<TBlock>(StoredMatrix source, CpuBackend backend) : FrozenMatrix(backend, source.Format, source.Rows, source.Columns)
    where TBlock : IWeightBlock
{
    public override long OwnBytes => 0;

    internal override void Multiply(in Tensor x, in Tensor bias, in Tensor y)
    {
        backend.MultiplyBlocks<SingleScaledBytes<GroupsOf<TBlock>>, StoredPanels<TBlock, SingleScaledBytes<GroupsOf<TBlock>>>>(x, this, new(source), bias, y);
        GC.KeepAlive(source);
    }

    internal override void Gather(in Tensor ids, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var numbers = backend.RowNumbers(ids, Rows);
        var target = (float*)HostMemory.Address(y);
        for (var i = 0; i < numbers.Length; i++)
            source.ReadRow(numbers[i], new(target + (long)i * Columns, Columns));
    }
}
