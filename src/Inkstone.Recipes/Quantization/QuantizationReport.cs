using Inkstone.Evaluation;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>What a quantisation did.</summary>
/// <param name="Path">The file written.</param>
/// <param name="BytesBefore">Bytes of all tensors before.</param>
/// <param name="BytesAfter">And after.</param>
/// <param name="Numbers">How many numbers each format has now.</param>
/// <param name="Fallbacks">Tensors whose rows did not fit the format wanted, with the format they got.</param>
/// <param name="Quality">How near the result is to the source; null where there was no text.</param>
/// <param name="Missed">The bounds that were missed, in words.</param>
/// <param name="Exists">Whether the file is there: it is not where a bound was missed, unless it was to be kept.</param>
public sealed record QuantizationReport(
    string Path, long BytesBefore, long BytesAfter, IReadOnlyDictionary<WeightFormat, long> Numbers, IReadOnlyList<KeyValuePair<string, WeightFormat>> Fallbacks,
    ModelComparison? Quality = null, IReadOnlyList<string>? Missed = null, bool Exists = true)
{
    /// <summary>Bits a number, all tensors counted.</summary>
    public double BitsPerNumber => 8.0 * BytesAfter / Numbers.Values.Sum();
}
