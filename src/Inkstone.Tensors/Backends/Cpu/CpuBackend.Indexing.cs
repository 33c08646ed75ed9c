namespace Inkstone.Tensors;

/// <content>Rows taken and added by number.</content>
public sealed unsafe partial class CpuBackend
{
    /// <summary>Columns that one worker adds; it goes through all rows, so that each element is added to in ascending order.</summary>
    private const int ScatterColumns = 64;

    internal override void GatherRows(in Tensor table, in Tensor ids, in Tensor y)
    {
        if (table.Type.Size() != sizeof(float) || !HasDenseRows(table) || !y.IsContiguous)
        {
            _reference.GatherRows(table, ids, y);
            return;
        }
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var numbers = Dense(ids);
        RequireInside("rows", numbers, table.Shape[0]);
        var width = (nint)(y.Count / ids.Count);
        ForRows([ids.Shape[0], checked((int)width)], new GatherAction(Pointer(table), (nint)table.Strides[0], (int*)Pointer(numbers), Pointer(y), width));
    }

    internal override void ScatterAddRows(in Tensor source, in Tensor ids, in Tensor table)
    {
        if (!AreSingle(source, table) || !HasDenseRows(table))
        {
            _reference.ScatterAddRows(source, ids, table);
            return;
        }
        if (source.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var numbers = Dense(ids);
        RequireInside("scatter-add", numbers, table.Shape[0]);
        var rows = HasDenseRows(source) ? source : Dense(source);
        var width = (nint)(source.Count / ids.Count);
        _team.Run(
            checked((int)((width + ScatterColumns - 1) / ScatterColumns)),
            new ScatterAction(_kernels, Pointer(rows), (nint)rows.Strides[0], (int*)Pointer(numbers), ids.Shape[0], Pointer(table), (nint)table.Strides[0], width));
    }

    /// <summary>Whether what is behind the first axis lies without gaps.</summary>
    private static bool HasDenseRows(in Tensor x)
    {
        var expected = 1L;
        for (var axis = x.Rank - 1; axis > 0; axis--)
        {
            if (x.Shape[axis] != 1 && x.Strides[axis] != expected)
                return false;
            expected *= x.Shape[axis];
        }
        return true;
    }

    /// <summary>Throws for an id that has no row; before the threads begin, so that nothing is half done.</summary>
    private static void RequireInside(string operation, in Tensor ids, int rows)
    {
        foreach (var id in new ReadOnlySpan<int>(Pointer(ids), checked((int)ids.Count)))
            if ((uint)id >= (uint)rows)
                throw ReferenceBackend.NoSuchIndex(operation, "an id", id, rows);
    }

    private readonly struct GatherAction(float* table, nint stride, int* ids, float* y, nint width) : IRowAction
    {
        private readonly float* _table = table, _y = y;
        private readonly int* _ids = ids;

        public void Invoke(nint first, nint count)
        {
            for (var i = first; i < first + count; i++)
                Buffer.MemoryCopy(_table + _ids[i] * stride, _y + i * width, width * sizeof(float), width * sizeof(float));
        }
    }

    private readonly struct ScatterAction(
        KernelTable kernels, float* source, nint sourceStride, int* ids, nint count, float* table, nint stride, nint width) : IChunkAction
    {
        private readonly float* _source = source, _table = table;
        private readonly int* _ids = ids;

        public void Invoke(int chunk)
        {
            nint column = (nint)chunk * ScatterColumns;
            var columns = nint.Min(ScatterColumns, width - column);
            for (nint i = 0; i < count; i++)
                kernels.AddScaled(_source + i * sourceStride + column, 1, _table + _ids[i] * stride + column, columns);
        }
    }
}
