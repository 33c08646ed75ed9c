using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Rows of a fused query, key and value projection (or elements of its bias) that the file has group after group, the queries that share a key, then that key and its
/// value; here all queries come first, then all keys, then all values. A group of one query is GPT-NeoX's order, several are Falcon's.
/// </summary>
/// <param name="HeadWidth">Rows of one head.</param>
/// <param name="GroupCount">Key-value heads.</param>
/// <param name="QueriesPerGroup">Query heads that share a key.</param>
public sealed record HeadsGrouped(int HeadWidth, int GroupCount, int QueriesPerGroup) : TensorChange
{
    private int HeadsPerGroup => QueriesPerGroup + 2;

    /// <inheritdoc/>
    public override bool KeepsRows => true;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored)
    {
        var grouped = stored.Reshape(GroupCount, HeadsPerGroup, HeadWidth, Columns(stored));
        return Tensor.Concatenate(0, Heads(0, QueriesPerGroup), Heads(QueriesPerGroup, 1), Heads(QueriesPerGroup + 1, 1)).Reshape(stored.Shape);

        Tensor Heads(int first, int count) => grouped.Slice(1, first, count).Contiguous().Reshape(GroupCount * count * HeadWidth, Columns(stored));
    }

    /// <inheritdoc/>
    public override Tensor Save(Tensor own)
    {
        var flat = own.Contiguous().Reshape(GroupCount * HeadsPerGroup, HeadWidth, Columns(own));
        return Tensor.Concatenate(1, Heads(0, QueriesPerGroup), Heads(QueriesPerGroup * GroupCount, 1), Heads((QueriesPerGroup + 1) * GroupCount, 1)).Reshape(own.Shape);

        Tensor Heads(int first, int count) => flat.Slice(0, first, count * GroupCount).Contiguous().Reshape(GroupCount, count, HeadWidth, Columns(own));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> RowOrder(int rows)
    {
        var order = new int[rows];
        var own = 0;
        for (var part = 0; part < 3; part++)
            for (var group = 0; group < GroupCount; group++)
                for (var head = 0; head < (part == 0 ? QueriesPerGroup : 1); head++)
                    for (var row = 0; row < HeadWidth; row++)
                        order[own++] = (group * HeadsPerGroup + (part == 0 ? head : QueriesPerGroup + part - 1)) * HeadWidth + row;
        return order;
    }

    private static int Columns(Tensor x) => x.Rank == 1 ? 1 : x.Shape[1];
}

/// <summary>A vector of the file that is a row here.</summary>
public sealed record VectorAsRow : TensorChange
{
    /// <inheritdoc/>
    public override bool KeepsOrder => true;

    /// <inheritdoc/>
    public override Tensor Load(Tensor stored) => stored.Reshape(1, stored.Shape[0]);

    /// <inheritdoc/>
    public override Tensor Save(Tensor own) => own.Contiguous().Reshape(own.Shape[1]);

    /// <inheritdoc/>
    public override Shape StoredShape(Shape own) => [own[1]];
}
