namespace Inkstone.Tokenizers;

/// <summary>
/// In which precision the scores of a path are added up. Sums grow with the length of the text, so near-ties are decided by rounding, and a
/// reference is equalled to the last id only in its own precision.
/// </summary>
internal interface IUnigramArithmetic
{
    /// <summary>A sum as it is kept.</summary>
    static abstract double Round(double sum);
}

/// <summary>As SentencePiece adds: a candidate is compared in double precision and kept in single.</summary>
internal readonly struct SinglePrecisionSums : IUnigramArithmetic
{
    /// <inheritdoc/>
    public static double Round(double sum) => (float)sum;
}

/// <summary>As Hugging Face's tokenizers add: in double precision.</summary>
internal readonly struct DoublePrecisionSums : IUnigramArithmetic
{
    /// <inheritdoc/>
    public static double Round(double sum) => sum;
}
