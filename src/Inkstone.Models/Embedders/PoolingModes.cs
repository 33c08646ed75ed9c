namespace Inkstone.Models;

/// <summary>How the rows of a text become one vector. Of several the vectors are joined in the order of the values here.</summary>
[Flags]
public enum PoolingModes
{
    /// <summary>No vector.</summary>
    None = 0,

    /// <summary>The first row.</summary>
    First = 1,

    /// <summary>The largest of each element.</summary>
    Max = 2,

    /// <summary>The mean.</summary>
    Mean = 4,

    /// <summary>The sum over the root of the number of rows.</summary>
    MeanByRoot = 8,

    /// <summary>The mean with weights 1, 2, 3, … (Muennighoff 2022).</summary>
    WeightedMean = 16,

    /// <summary>The last row.</summary>
    Last = 32,
}
