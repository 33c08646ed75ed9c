using System.Runtime.InteropServices;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>What the backends of the processor share: aligned native memory, transfer to and from the host, and random filling.</summary>
public abstract unsafe class HostBackend : Backend
{
    private protected HostBackend()
    {
    }

    internal sealed override nint AllocateMemory(long bytes) => HostMemory.Allocate(bytes);

    internal sealed override void FreeMemory(nint handle, long bytes) => HostMemory.Free(handle);

    internal sealed override void Upload(ReadOnlySpan<float> source, in Tensor y)
    {
        if (y.Type == ElementType.Float32 && y.IsContiguous)
        {
            MemoryMarshal.AsBytes(source).CopyTo(Bytes(y));
            return;
        }
        var cells = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            cells[walk.A] = source[(int)walk.Index];
    }

    internal sealed override void Upload(ReadOnlySpan<double> source, in Tensor y)
    {
        var cells = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            cells[walk.A] = source[(int)walk.Index];
    }

    internal sealed override void Upload(ReadOnlySpan<int> source, in Tensor y)
    {
        if (y.Type == ElementType.Int32 && y.IsContiguous)
        {
            MemoryMarshal.AsBytes(source).CopyTo(Bytes(y));
            return;
        }
        var cells = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            cells[walk.A] = source[(int)walk.Index];
    }

    internal sealed override void RoundRows(in Tensor x, in Tensor blocks)
    {
        var width = x.Shape[-1];
        var row = stackalloc float[width];
        var walk = new Walk(x.Shape.With(-1, 1), x, blocks);
        var cells = new Cells(x);
        while (walk.Next())
        {
            for (var i = 0; i < width; i++)
                row[i] = (float)cells[walk.A + i * x.Strides[x.Rank - 1]];
            RoundedRows.Round(row, width, HostMemory.Address(blocks) + walk.B * sizeof(int));
        }
    }

    internal sealed override void UnroundRows(in Tensor blocks, in Tensor y)
    {
        var width = y.Shape[-1];
        var row = stackalloc float[width];
        var walk = new Walk(y.Shape.With(-1, 1), blocks, y);
        var cells = new Cells(y);
        while (walk.Next())
        {
            RoundedRows.Widen(HostMemory.Address(blocks) + walk.A * sizeof(int), width, row);
            for (var i = 0; i < width; i++)
                cells[walk.B + i * y.Strides[y.Rank - 1]] = row[i];
        }
    }

    internal sealed override void Download(in Tensor x, Span<float> destination)
    {
        if (x.Type == ElementType.Float32 && x.IsContiguous)
        {
            Bytes(x).CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }
        var cells = new Cells(x);
        var walk = new Walk(x.Shape, x);
        while (walk.Next())
            destination[(int)walk.Index] = (float)cells[walk.A];
    }

    internal sealed override void Download(in Tensor x, Span<double> destination)
    {
        var cells = new Cells(x);
        var walk = new Walk(x.Shape, x);
        while (walk.Next())
            destination[(int)walk.Index] = cells[walk.A];
    }

    internal sealed override void Download(in Tensor x, Span<int> destination)
    {
        var cells = new Cells(x);
        var walk = new Walk(x.Shape, x);
        while (walk.Next())
            destination[(int)walk.Index] = (int)cells[walk.A];
    }

    internal override void Fill(in Tensor y, double value)
    {
        var cells = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            cells[walk.A] = value;
    }

    internal override void FillNormal(Rng rng, double mean, double deviation, in Tensor y)
    {
        var cells = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            cells[walk.A] = mean + deviation * rng.NormalAt((ulong)walk.Index);
    }

    internal override void FillUniform(Rng rng, double low, double high, in Tensor y)
    {
        var cells = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            cells[walk.A] = low + (high - low) * rng.UniformAt((ulong)walk.Index);
    }

    internal override void Copy(in Tensor x, in Tensor y)
    {
        var (from, to) = (new Cells(x), new Cells(y));
        var walk = new Walk(y.Shape, x, y);
        while (walk.Next())
            to[walk.B] = from[walk.A];
    }

    // the host's spans count in 32 bits, so a tensor that fits one has less than 2³¹ elements; its bytes may still not
    private static Span<byte> Bytes(in Tensor x) => new(HostMemory.Address(x), checked((int)(x.Count * x.Type.Size())));
}
