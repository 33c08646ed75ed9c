using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>What a tensor's numbers are multiplied with before they are rounded: the parts of scales that were moved.</summary>
internal sealed class TensorScales
{
    /// <summary>A factor for each row (or for each element of a vector); null for none.</summary>
    public float[]? Rows { get; set; }

    /// <summary>A factor for each column; null for none.</summary>
    public float[]? Columns { get; set; }

    /// <summary>Multiplies a row.</summary>
    public void Apply(long row, Span<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] *= (Rows is null ? 1 : Rows[row]) * (Columns is null ? 1 : Columns[i]);
    }
}

/// <summary>Writes a tensor in another format, a piece of whole rows at a time, each row for itself.</summary>
internal static class TensorWriter
{
    private const int NumbersAtOnce = 1 << 20;

    /// <summary>Writes.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="format">The format to write.</param>
    /// <param name="importance">A number for each column, expert after expert; null for none.</param>
    /// <param name="scales">What its numbers are multiplied with; null for nothing.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InkstoneRequestException">The importance does not fit the rows.</exception>
    public static void Write(StoredTensor tensor, WeightFormat format, float[]? importance, TensorScales? scales, Stream destination, CancellationToken cancellation)
    {
        // the numbers of a vector are rows of one number where they have factors
        var columns = tensor.Shape.Count == 0 || (tensor.Shape.Count == 1 && scales is not null) ? 1 : Math.Max(1, (int)tensor.Shape[^1]);
        var rows = tensor.Count / columns;
        var sets = importance is null ? 1 : importance.Length / columns;
        if (importance is not null && (sets == 0 || importance.Length % columns != 0 || rows % sets != 0))
            throw new InkstoneRequestException("the importance does not fit the matrix", tensor.Name, $"{columns} columns", $"{importance.Length}");
        var perPiece = (int)Math.Min(rows, Math.Max(1, NumbersAtOnce / columns));
        var rowBytes = (int)format.ByteLength(columns);
        var numbers = new float[perPiece * columns];
        var bytes = new byte[perPiece * rowBytes];
        var matrix = tensor.Matrix(mapped: true);
        for (long first = 0; first < rows; first += perPiece)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(perPiece, rows - first);
            Parallel.For(0, count, i =>
            {
                var row = first + i;
                var own = numbers.AsSpan(i * columns, columns);
                Read(matrix, row, own);
                scales?.Apply(row, own);
                var counted = importance is null ? default : importance.AsSpan((int)(row / (rows / sets)) * columns, columns);
                WeightFormats.Quantize(format, own, counted, bytes.AsSpan(i * rowBytes, rowBytes));
            });
            destination.Write(bytes.AsSpan(0, count * rowBytes));
        }
    }

    /// <summary>Reads a row of a matrix, or the element of that number of a vector.</summary>
    private static void Read(StoredMatrix matrix, long row, Span<float> numbers)
    {
        if (matrix.Columns == numbers.Length)
        {
            matrix.ReadRow((int)row, numbers);
            return;
        }
        var all = new float[matrix.Columns];
        matrix.ReadRow((int)(row / matrix.Columns), all);
        numbers[0] = all[row % matrix.Columns];
    }
}
