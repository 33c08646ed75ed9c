namespace Inkstone.Tensors;

/// <summary>
/// A weight of a block format that is laid into panels, in memory of its own, when it is used for the second time. The first product lays each panel out in passing, as
/// <see cref="StoredBlockMatrix{TBlock}"/> always does: so the first token of a model does not wait for memory as large as the model, and a weight used once never takes it.
/// The results are the same.
/// </summary>
internal sealed unsafe class InterleavedMatrix<TBlock, TLayout> : FrozenMatrix
    where TBlock : IWeightBlock
    where TLayout : struct, IPanelLayout
{
    private readonly CpuBackend _backend;
    private readonly nint _panelBytes;
    private readonly Lock _laying = new();
    private StoredMatrix? _source;
    private nint _panels;
    private int _uses;

    public InterleavedMatrix(StoredMatrix source, CpuBackend backend)
        : base(backend, source.Format, source.Rows, source.Columns)
    {
        (_source, _backend) = (source, backend);
        _panelBytes = checked((nint)TLayout.ByteLength(source.Columns / TLayout.GroupLength));
    }

    ~InterleavedMatrix()
    {
        if (_panels == 0)
            return;
        GC.RemoveMemoryPressure(OwnBytes);
        HostMemory.Free(_panels);
    }

    public override long OwnBytes => Math.Max(1, checked((long)_panelBytes * PanelCount));

    private int PanelCount => (Rows + Panel.Rows - 1) / Panel.Rows;

    internal override void Multiply(in Tensor x, in Tensor bias, in Tensor y)
    {
        if (Volatile.Read(ref _source) is { } source && IsFirstUse(source))
        {
            _backend.MultiplyBlocks<TLayout, StoredPanels<TBlock, TLayout>>(x, this, new(source), bias, y);
            GC.KeepAlive(source);
            return;
        }
        _backend.MultiplyBlocks<TLayout, ReadyPanels>(x, this, new(_panels, _panelBytes), bias, y);
        GC.KeepAlive(this);
    }

    internal override void Gather(in Tensor ids, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var numbers = _backend.RowNumbers(ids, Rows);
        var target = (float*)HostMemory.Address(y);
        var source = Volatile.Read(ref _source);
        for (var i = 0; i < numbers.Length; i++, target += Columns)
        {
            if (source != null)
            {
                source.ReadRow(numbers[i], new(target, Columns));
                continue;
            }
            var (panel, row) = Math.DivRem(numbers[i], Panel.Rows);
            PanelPacking<TBlock, TLayout>.Take((byte*)_panels + panel * _panelBytes, row, Columns, target);
        }
        GC.KeepAlive(this);
    }

    /// <summary>Whether nobody multiplied before; if somebody did, the panels are there when this returns.</summary>
    private bool IsFirstUse(StoredMatrix source)
    {
        if (Interlocked.Increment(ref _uses) == 1)
            return true;
        lock (_laying)
        {
            if (_source == null)
                return false;
            var panels = HostMemory.Allocate(OwnBytes);
            try
            {
                _backend.Run(PanelCount, new Packing(source, panels, _panelBytes));
            }
            catch
            {
                HostMemory.Free(panels);
                throw;
            }
            GC.AddMemoryPressure(OwnBytes);
            _panels = panels;
            Volatile.Write(ref _source, null); // others look at it first, then at the panels
        }
        return false;
    }

    private readonly struct Packing(StoredMatrix source, nint panels, nint panelBytes) : IChunkAction
    {
        public void Invoke(int panel) =>
            PanelPacking<TBlock, TLayout>.Fill(source, panel, (byte*)panels + panel * panelBytes, panelBytes);
    }
}
