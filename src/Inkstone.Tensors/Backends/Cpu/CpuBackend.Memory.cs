using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <content>Filling and copying.</content>
public sealed unsafe partial class CpuBackend
{
    /// <summary>Elements that one worker copies at a time.</summary>
    private const int CopyGrain = 32_768;

    internal override void Fill(in Tensor y, double value)
    {
        if (y.Type is not (ElementType.Float32 or ElementType.Int32) || !IsInRows(y))
        {
            base.Fill(y, value);
            return;
        }
        ForBlocks(y.Shape, new FillAction(_kernels, y.Type == ElementType.Int32 ? BitConverter.Int32BitsToSingle((int)value) : (float)value), y);
    }

    internal override void FillNormal(Rng rng, double mean, double deviation, in Tensor y)
    {
        if (AreSingle(y) && y.IsContiguous)
            ForBlocks(y.Shape, new NormalAction(rng, mean, deviation, Pointer(y)), y);
        else
            base.FillNormal(rng, mean, deviation, y);
    }

    internal override void Copy(in Tensor x, in Tensor y)
    {
        if (y.Count == 0)
            return;
        if (x.Type != y.Type && x.IsContiguous && y.IsContiguous)
        {
            var conversion = new ConvertAction(x, y);
            _team.Run(conversion.Count, conversion);
            return;
        }
        if (x.Type == ElementType.Float32 && y.Type == ElementType.Float16 && y.Rank == 3 && x.Strides[2] == 1)
        {
            _team.Run(y.Shape[0], new NarrowAction(x, y));
            return;
        }
        if (x.Type != y.Type || x.Type.Size() != sizeof(float))
        {
            base.Copy(x, y);
            return;
        }
        var action = new CopyAction(x, y);
        _team.Run(action.Count, action);
    }

    private readonly struct FillAction(KernelTable kernels, float value) : IBlockAction
    {
        public void Invoke(in Block block)
        {
            for (nint row = 0; row < block.Rows; row++)
                kernels.Fill(block.A + row * block.AStride, value, block.Columns);
        }
    }

    private readonly struct NormalAction(Rng rng, double mean, double deviation, float* first) : IBlockAction
    {
        private readonly float* _first = first;

        public void Invoke(in Block block)
        {
            var index = (ulong)(block.A - _first);
            for (nint i = 0; i < block.Columns; i++)
                block.A[i] = (float)(mean + deviation * rng.NormalAt(index + (ulong)i));
        }
    }

    /// <summary>A change of element type between contiguous tensors.</summary>
    private readonly struct ConvertAction(Tensor x, Tensor y) : IChunkAction
    {
        private readonly Cells _from = new(x);
        private readonly Cells _to = new(y);
        private readonly long _count = y.Count;
        private readonly ushort* _narrowed = x.Type == ElementType.Float32 && y.Type == ElementType.Float16 ? (ushort*)HostMemory.Address(y) : null;
        private readonly float* _wide = (float*)HostMemory.Address(x);
        private readonly ushort* _halves = x.Type == ElementType.BFloat16 && y.Type == ElementType.Float32 ? (ushort*)HostMemory.Address(x) : null;
        private readonly float* _singles = (float*)HostMemory.Address(y);

        public int Count => checked((int)((_count + CopyGrain - 1) / CopyGrain));

        public void Invoke(int chunk)
        {
            var end = Math.Min(_count, (chunk + 1L) * CopyGrain);
            if (_narrowed != null)
                Halves.Narrow(_wide + chunk * (long)CopyGrain, _narrowed + chunk * (long)CopyGrain, (int)(end - chunk * (long)CopyGrain));
            else if (_halves != null)
                for (var i = (long)chunk * CopyGrain; i < end; i++)
                    _singles[i] = HostMemory.FromBFloat16(_halves[i]);
            else
                for (var i = (long)chunk * CopyGrain; i < end; i++)
                    _to[i] = _from[i];
        }
    }

    /// <summary>Rows [rows, heads, width] that lie anywhere into half precision: how a cache of keys and values is written.</summary>
    private readonly struct NarrowAction(Tensor x, Tensor y) : IChunkAction
    {
        private readonly RowView _from = RowView.Of(x);
        private readonly RowView _to = RowView.Of(y);
        private readonly int _heads = y.Shape[1];
        private readonly int _width = y.Shape[2];
        private readonly nint _step = (nint)y.Strides[2];

        public void Invoke(int row)
        {
            const int most = 64;
            var narrow = stackalloc ushort[most];
            for (var head = 0; head < _heads; head++)
            {
                var from = _from.At(row, head);
                var to = _to.AtHalf(row, head);
                if (_step == 1)
                    Halves.Narrow(from, to, _width);
                for (var first = 0; _step != 1 && first < _width; first += most)
                {
                    var count = Math.Min(most, _width - first);
                    Halves.Narrow(from + first, narrow, count);
                    for (var i = 0; i < count; i++, to += _step)
                        *to = narrow[i];
                }
            }
        }
    }

    /// <summary>A copy between any two layouts, cut along its longest outer axis.</summary>
    private readonly struct CopyAction : IChunkAction
    {
        private readonly Shape _shape;
        private readonly Strides _from;
        private readonly Strides _to;
        private readonly float* _x;
        private readonly float* _y;
        private readonly int _axis;
        private readonly int _length;

        public CopyAction(in Tensor x, in Tensor y)
        {
            _x = Pointer(x);
            _y = Pointer(y);
            if (x.IsContiguous && y.IsContiguous)
            {
                // one run: both layouts are forgotten
                var flat = y.Count <= int.MaxValue ? Shape.Create([(int)y.Count]) : y.Shape;
                (_shape, _from, _to) = (flat, Strides.Contiguous(flat), Strides.Contiguous(flat));
            }
            else
            {
                (_shape, _from, _to) = (y.Shape, x.Strides, y.Strides);
            }
            if (_shape.Rank == 0)
                return;
            for (var axis = 1; axis < _shape.Rank - 1; axis++)
                if (_shape[axis] > _shape[_axis])
                    _axis = axis;
            // multiples of sixteen keep transposed blocks whole
            var perPlace = _shape.Count / _shape[_axis];
            _length = (int)Math.Min(_shape[_axis], Math.Max(16, CopyGrain / perPlace / 16 * 16));
        }

        public int Count => _shape.Rank == 0 ? 1 : (_shape[_axis] + _length - 1) / _length;

        public void Invoke(int chunk)
        {
            var rank = _shape.Rank;
            Span<nint> extents = stackalloc nint[rank];
            Span<nint> from = stackalloc nint[rank];
            Span<nint> to = stackalloc nint[rank];
            for (var axis = 0; axis < rank; axis++)
                (extents[axis], from[axis], to[axis]) = (_shape[axis], (nint)_from[axis], (nint)_to[axis]);
            var x = _x;
            var y = _y;
            if (rank > 0)
            {
                nint start = chunk * _length;
                extents[_axis] = nint.Min(_length, extents[_axis] - start);
                x += start * from[_axis];
                y += start * to[_axis];
            }
            KernelTable.CopyStrided(x, from, y, to, extents);
        }
    }
}
