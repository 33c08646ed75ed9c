namespace Inkstone.Tensors;

/// <summary>
/// The table of <see cref="ScoreBias.RelativeKeys"/>: each row's products with all of it are one small matrix product, of which a score then
/// picks one element.
/// </summary>
internal static unsafe class RelativeKeys
{
    private const int Block = TokenLayout.KeyBlock;

    /// <summary>The row of the table for a key <paramref name="distance"/> = k − q positions away.</summary>
    public static int IndexOf(in AttentionProblem problem, int distance)
    {
        var reach = (problem.BiasCount - 1) / 2;
        return Math.Clamp(distance, -reach, reach) + reach;
    }

    /// <summary>Columns of the products: the table's rows, rounded up to whole blocks; 0 when there is no such bias.</summary>
    public static int Columns(in AttentionProblem problem) =>
        problem.BiasKind == ScoreBias.RelativeKeys ? checked(problem.BiasCount + Block - 1) / Block * Block : 0;

    /// <summary>The table transposed in blocks of 64 of its rows, [columns / 64, key width, 64], with zeros at the end.</summary>
    public static void Transpose(in AttentionProblem problem, float* transposed)
    {
        var columns = Columns(problem);
        for (var row = 0; row < columns; row++)
        {
            var to = transposed + (nint)(row / Block) * problem.KeyWidth * Block + row % Block;
            for (nint i = 0; i < problem.KeyWidth; i++)
                to[i * Block] = row < problem.BiasCount ? *problem.Bias.At(row, i) : 0;
        }
    }

    /// <summary>The table's rows times the scale, [count, padded].</summary>
    public static void CopyScaled(in AttentionProblem problem, float* table, int padded)
    {
        for (nint row = 0; row < problem.BiasCount; row++)
            for (nint i = 0; i < padded; i++)
                table[row * padded + i] = i < problem.KeyWidth ? *problem.Bias.At(row, i) * problem.Scale : 0;
    }

    /// <summary>products [rows, columns] = queries · tableᵀ.</summary>
    public static void Products<TVector>(in AttentionProblem problem, int rows, float* queries, nint queryRow, float* transposed, float* products)
        where TVector : struct, ISimd<TVector>
    {
        var columns = Columns(problem);
        for (nint at = 0; at < columns; at += Block)
            TileProduct.Multiply<TVector>(
                rows, Block, problem.KeyWidth, queries, queryRow, 1, transposed + at * problem.KeyWidth, Block, products + at, columns, OldSum.Replaced);
    }
}
