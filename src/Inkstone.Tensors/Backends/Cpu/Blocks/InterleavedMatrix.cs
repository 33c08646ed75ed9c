namespace Inkstone.Tensors;

/// <summary>A weight of a block format laid into panels, in memory of its own.</summary>
internal sealed unsafe class InterleavedMatrix<TBlock, TLayout> : FrozenMatrix
    where TBlock : IWeightBlock
    where TLayout : struct, IPanelLayout
{
    private readonly CpuBackend _backend;
    private readonly nint _panelBytes;
    private readonly nint _panels;

    public InterleavedMatrix(StoredMatrix source, CpuBackend backend)
        : base(backend, source.Format, source.Rows, source.Columns)
    {
        _backend = backend;
        _panelBytes = checked((nint)TLayout.ByteLength(source.Columns / TLayout.GroupLength));
        _panels = HostMemory.Allocate(OwnBytes);
        GC.AddMemoryPressure(OwnBytes);
        backend.Run(PanelCount, new Packing(source, _panels, _panelBytes));
        GC.KeepAlive(source);
    }

    ~InterleavedMatrix()
    {
        GC.RemoveMemoryPressure(OwnBytes);
        HostMemory.Free(_panels);
    }

    public override long OwnBytes => Math.Max(1, checked((long)_panelBytes * PanelCount));

    private int PanelCount => (Rows + Panel.Rows - 1) / Panel.Rows;

    internal override void Multiply(in Tensor x, in Tensor bias, in Tensor y)
    {
        _backend.MultiplyBlocks<TLayout, ReadyPanels>(x, this, new(_panels, _panelBytes), bias, y);
        GC.KeepAlive(this);
    }

    internal override void Gather(in Tensor ids, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var numbers = _backend.RowNumbers(ids, Rows);
        var target = (float*)HostMemory.Address(y);
        for (var i = 0; i < numbers.Length; i++)
        {
            var (panel, row) = Math.DivRem(numbers[i], Panel.Rows);
            PanelPacking<TBlock, TLayout>.Take((byte*)_panels + panel * _panelBytes, row, Columns, target + (long)i * Columns);
        }
        GC.KeepAlive(this);
    }

    private readonly struct Packing(StoredMatrix source, nint panels, nint panelBytes) : IChunkAction
    {
        public void Invoke(int panel) =>
            PanelPacking<TBlock, TLayout>.Fill(source, panel, (byte*)panels + panel * panelBytes, panelBytes);
    }
}
