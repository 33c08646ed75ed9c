namespace Inkstone.Tensors;

/// <summary>
/// A part of up to four tensors of one shape: rows of columns, each tensor with its own first element, row stride (in elements) and column
/// step (one, or zero where the row has one value). Elements are of four bytes.
/// </summary>
internal unsafe struct Block
{
    public float* A, B, C, D;
    public nint AStride, BStride, CStride, DStride;
    public int AStep, BStep, CStep, DStep;
    public nint Rows, Columns;
}

/// <summary>What is done to each part of the work.</summary>
internal interface IBlockAction
{
    void Invoke(in Block block);
}
