namespace Inkstone.Tensors;

/// <summary>
/// One side of an operation over [rows, columns]: element (r, c) lies at <c>Start + r·RowStride + c·Step</c>, and Step is 0 or 1.
/// So one description covers a matrix, a vector that every row shares, one value for each row, and a single number.
/// </summary>
internal readonly unsafe struct RowOperand
{
    private RowOperand(float* start, nint rowStride, int step)
    {
        Start = start;
        RowStride = rowStride;
        Step = step;
    }

    /// <summary>Element (0, 0).</summary>
    public float* Start { get; }

    /// <summary>Elements from one row to the next; 0 when all rows share.</summary>
    public nint RowStride { get; }

    /// <summary>1 when each column has its own value, 0 when a row has one value.</summary>
    public int Step { get; }

    /// <summary>A matrix whose rows begin <paramref name="rowStride"/> elements apart.</summary>
    public static RowOperand Matrix(float* start, nint rowStride) => new(start, rowStride, 1);

    /// <summary>One row, the same for all rows: [columns] against [rows, columns].</summary>
    public static RowOperand SharedRow(float* start) => new(start, 0, 1);

    /// <summary>One value for each row, <paramref name="stride"/> apart: [rows, 1] against [rows, columns].</summary>
    public static RowOperand PerRow(float* start, nint stride = 1) => new(start, stride, 0);

    /// <summary>One number for all.</summary>
    public static RowOperand Scalar(float* value) => new(value, 0, 0);

    /// <summary>Can rows be run together as one long row of <paramref name="columns"/> times as many elements?</summary>
    public bool RunsOn(nint columns) => RowStride == columns * Step;
}
