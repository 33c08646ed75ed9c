using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// One tensor as another kind of file names and lays it, made of the tensors of a checkpoint when it is written: nothing of it is held before or after. What only changes its name
/// or its shape is copied a piece at a time.
/// </summary>
public sealed class ConvertedTensor
{
    private readonly CheckpointEntry _target;
    private readonly string _targetName;
    private readonly IReadOnlyList<(CheckpointEntry Entry, List<StoredTensor> Stored)> _sources;
    private readonly Backend _backend;

    internal ConvertedTensor(
        string prefix, string name, Shape shape, bool staysSingle, CheckpointEntry target, IReadOnlyList<(CheckpointEntry Entry, List<StoredTensor> Stored)> sources, Backend backend)
    {
        (Name, Shape, StaysSingle) = (prefix + name, [.. shape.Select(extent => (long)extent)], staysSingle);
        (_target, _targetName, _sources, _backend) = (target, name, sources, backend);
    }

    /// <summary>The name in the file to be written.</summary>
    public string Name { get; }

    /// <summary>Its shape there, row-major.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Whether readers of the file to be written expect single precision, whatever the rest is in.</summary>
    public bool StaysSingle { get; }

    /// <summary>How many numbers it has.</summary>
    public long Count => Shape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>The format of the numbers it is made of; single precision where they are in several.</summary>
    public WeightFormat SourceFormat
    {
        get
        {
            var formats = _sources.SelectMany(source => source.Stored).Select(stored => stored.Format).Distinct().ToList();
            return formats is [var only] ? only : WeightFormat.F32;
        }
    }

    /// <summary>Whether every number is the same in a dense format as it is; reads them all.</summary>
    public bool IsExactIn(WeightFormat format)
    {
        using var exact = new MemoryStream();
        using var rounded = new MemoryStream();
        Write(WeightFormat.F32, exact);
        Write(format, rounded);
        var (numbers, bytes) = (new float[Count], rounded.ToArray());
        WeightFormats.Dequantize(format, bytes, numbers);
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()).SequenceEqual(exact.ToArray());
    }

    /// <summary>Writes its numbers in a format, of which its rows must be whole blocks.</summary>
    public void Write(WeightFormat format, Stream destination)
    {
        if (_sources is [var (entry, stored)] && entry.KeepsOrder && _target.KeepsOrder && entry.Parameters.SequenceEqual(_target.Parameters))
        {
            Copy(stored, format, destination);
            return;
        }
        if (_sources is [var rows] && WeightLoader.KeepsRows(rows.Entry, rows.Stored) && _target is { Names.Count: 1, Parameters.Count: 1, PartChanges: null } && _target.Changes.All(change => change.KeepsRows))
        {
            CopyRows(WeightLoader.Matrices(rows.Entry, rows.Stored, mapped: true).First(pair => pair.Parameter == _target.Parameters[0]).Matrix, format, destination);
            return;
        }
        using var pause = Tape.Pause();
        using var scope = PoolScope.Open();
        var values = new Dictionary<Parameter, Tensor>();
        foreach (var source in _sources)
        {
            var own = source.Entry.ToOwn([.. source.Stored.Select(tensor => tensor.Read(_backend))]);
            for (var i = 0; i < own.Length; i++)
                values[source.Entry.Parameters[i]] = own[i];
        }
        WeightBytes.Write(_target.ToStored(_targetName, parameter => values[parameter]), format, destination, Name);
    }

    /// <summary>Copies rows, each where the file has it.</summary>
    private void CopyRows(StoredMatrix matrix, WeightFormat format, Stream destination)
    {
        foreach (var change in _target.Changes.Reverse())
        {
            var order = change.RowOrder(matrix.Rows);
            var inverse = new int[order.Count];
            for (var row = 0; row < inverse.Length; row++)
                inverse[order[row]] = row;
            matrix = matrix.Reorder(inverse);
        }
        var numbers = new float[matrix.Columns];
        var bytes = new byte[checked((int)WeightFormats.ByteLength(format, numbers.Length))];
        for (var row = 0; row < matrix.Rows; row++)
        {
            if (matrix.Format == format)
            {
                matrix.CopyRow(row, bytes);
            }
            else
            {
                matrix.ReadRow(row, numbers);
                WeightBytes.RequireRange(format, numbers, Name);
                WeightFormats.Quantize(format, numbers, [], bytes);
            }
            destination.Write(bytes);
        }
    }

    /// <summary>Copies the part of the sources, laid end to end, that is this tensor.</summary>
    private void Copy(List<StoredTensor> sources, WeightFormat format, Stream destination)
    {
        var place = 0;
        while (_target.Names[place] != _targetName)
            place++;
        var (start, left) = (place * Count, Count);
        foreach (var source in sources)
        {
            if (start < source.Count && left > 0)
            {
                var here = Math.Min(left, source.Count - start);
                source.CopyTo(start, here, format, destination);
                (start, left) = (0, left - here);
            }
            else
            {
                start = Math.Max(0, start - source.Count);
            }
        }
    }
}
