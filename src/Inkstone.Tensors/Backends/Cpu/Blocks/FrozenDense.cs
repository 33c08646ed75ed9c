namespace Inkstone.Tensors;

/// <summary>A weight in single precision, half precision or bfloat16, read where its file lies in memory.</summary>
internal sealed unsafe class FrozenDense : FrozenMatrix
{
    private readonly CpuBackend _backend;
    private readonly StoredMatrix? _source;
    private readonly nint _data;

    public FrozenDense(StoredMatrix source, CpuBackend backend)
        : base(backend, source.Format, source.Rows, source.Columns)
    {
        _backend = backend;
        if (source.IsContiguous)
        {
            _source = source;
            _data = source.Rows == 0 ? 0 : (nint)source.Row(0);
            return;
        }
        // rows in another order than the file's are put together once
        OwnBytes = source.ByteLength;
        _data = HostMemory.Allocate(OwnBytes);
        GC.AddMemoryPressure(OwnBytes);
        for (var row = 0; row < source.Rows; row++)
            Buffer.MemoryCopy(source.Row(row), (byte*)_data + row * source.RowBytes, source.RowBytes, source.RowBytes);
        GC.KeepAlive(source);
    }

    ~FrozenDense()
    {
        if (OwnBytes == 0)
            return;
        GC.RemoveMemoryPressure(OwnBytes);
        HostMemory.Free(_data);
    }

    public override long OwnBytes { get; }

    internal override void Multiply(in Tensor x, in Tensor bias, in Tensor y)
    {
        _backend.MultiplyDense(x, this, (void*)_data, bias, y);
        GC.KeepAlive(_source);
        GC.KeepAlive(this);
    }

    internal override void Gather(in Tensor ids, in Tensor y)
    {
        using var scope = PoolScope.Open();
        var numbers = _backend.RowNumbers(ids, Rows);
        var target = (float*)HostMemory.Address(y);
        var rowBytes = checked((int)WeightFormats.ByteLength(Format, Columns));
        for (var i = 0; i < numbers.Length; i++)
            WeightFormats.Dequantize(Format, new((byte*)_data + (long)numbers[i] * rowBytes, rowBytes), new(target + (long)i * Columns, Columns));
        GC.KeepAlive(_source);
        GC.KeepAlive(this);
    }
}
