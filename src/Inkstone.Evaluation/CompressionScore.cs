using System.Globalization;

namespace Inkstone.Evaluation;

/// <summary>How far a general compressor shrank some documents.</summary>
/// <param name="CompressedBytes">Bytes of the compressed stream.</param>
/// <param name="TextBytes">UTF-8 bytes of the documents' text, without the separators.</param>
/// <param name="DocumentCount">Documents compressed.</param>
public sealed record CompressionScore(long CompressedBytes, long TextBytes, long DocumentCount)
{
    /// <summary>8 × <see cref="CompressedBytes"/> / <see cref="TextBytes"/>.</summary>
    public double BitsPerByte => 8.0 * CompressedBytes / TextBytes;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{BitsPerByte:F3} bits per byte ({TextBytes} bytes to {CompressedBytes}, {DocumentCount} documents)");
}
