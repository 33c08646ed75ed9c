using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// A matrix as a file holds it: rows of blocks of a weight format, each row anywhere in memory. It is read-only and keeps the owner of the bytes alive, so rows
/// of one file can be taken, reordered and put together without copying.
/// </summary>
public sealed unsafe class StoredMatrix
{
    private readonly nint[] _rows;
    private readonly object[] _owners;

    private StoredMatrix(WeightFormat format, int columns, nint[] rows, object[] owners)
    {
        (Format, Columns, _rows, _owners) = (format, columns, rows, owners);
        RowBytes = WeightFormats.ByteLength(format, columns);
    }

    /// <summary>The format of the numbers.</summary>
    public WeightFormat Format { get; }

    /// <summary>How many rows: the width of what a product gives.</summary>
    public int Rows => _rows.Length;

    /// <summary>How many columns: the width of what a product is given.</summary>
    public int Columns { get; }

    /// <summary>Bytes of one row.</summary>
    public long RowBytes { get; }

    /// <summary>Bytes of all rows.</summary>
    public long ByteLength => checked(RowBytes * Rows);

    /// <summary>Whether the rows lie one after another.</summary>
    internal bool IsContiguous
    {
        get
        {
            for (var i = 1; i < _rows.Length; i++)
                if (_rows[i] != _rows[i - 1] + RowBytes)
                    return false;
            return true;
        }
    }

    /// <summary>A matrix whose rows lie one after another in somebody's memory.</summary>
    /// <param name="format">The format.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, a multiple of the format's block.</param>
    /// <param name="data">The first byte.</param>
    /// <param name="owner">Whoever keeps the bytes in place while it is referred to.</param>
    /// <exception cref="InkstoneShapeException">The columns are no whole number of blocks.</exception>
    public static StoredMatrix At(WeightFormat format, int rows, int columns, byte* data, object owner)
    {
        var rowBytes = WeightFormats.ByteLength(format, columns);
        var addresses = new nint[rows];
        for (var i = 0; i < rows; i++)
            addresses[i] = checked((nint)(data + i * rowBytes));
        return new(format, columns, addresses, [owner]);
    }

    /// <summary>A matrix in an array that was allocated pinned.</summary>
    /// <exception cref="InkstoneShapeException">The bytes are not those of the rows.</exception>
    public static StoredMatrix Pinned(WeightFormat format, int rows, int columns, byte[] bytes)
    {
        if (bytes.Length != format.ByteLength((long)rows * columns))
            throw new InkstoneShapeException("bytes are not those of a matrix", format.Name(), $"{format.ByteLength((long)rows * columns)}", $"{bytes.Length}");
        return At(format, rows, columns, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), bytes);
    }

    /// <summary>Some rows.</summary>
    public StoredMatrix Slice(int first, int count) => new(Format, Columns, _rows.AsSpan(first, count).ToArray(), _owners);

    /// <summary>The same rows in another order: row i is row <paramref name="rowOf"/>[i] of this one.</summary>
    public StoredMatrix Reorder(IReadOnlyList<int> rowOf) => new(Format, Columns, [.. rowOf.Select(row => _rows[row])], _owners);

    /// <summary>Matrices of one format and width under each other.</summary>
    /// <exception cref="InkstoneShapeException">They differ in format or width.</exception>
    public static StoredMatrix Stack(IReadOnlyList<StoredMatrix> parts)
    {
        foreach (var part in parts)
            if (part.Format != parts[0].Format || part.Columns != parts[0].Columns)
                throw new InkstoneShapeException("matrices to be put under each other differ", "stack", $"{parts[0].Format} of {parts[0].Columns} columns",
                    $"{part.Format} of {part.Columns}");
        return new(parts[0].Format, parts[0].Columns, [.. parts.SelectMany(part => part._rows)], [.. parts.SelectMany(part => part._owners).Distinct()]);
    }

    /// <summary>Writes a row as single-precision numbers.</summary>
    public void ReadRow(int row, Span<float> numbers)
    {
        WeightFormats.Dequantize(Format, new(Row(row), checked((int)RowBytes)), numbers);
        GC.KeepAlive(this);
    }

    /// <summary>Writes a row as the bytes of its format.</summary>
    public void CopyRow(int row, Span<byte> bytes)
    {
        new ReadOnlySpan<byte>(Row(row), checked((int)RowBytes)).CopyTo(bytes);
        GC.KeepAlive(this);
    }

    /// <summary>The first byte of a row.</summary>
    internal byte* Row(int row) => (byte*)_rows[row];
}
