using System.Buffers;
using System.IO.Compression;
using Inkstone.Foundation.Errors;

namespace Inkstone.Evaluation;

/// <summary>
/// The baseline that needs no training: brotli (RFC 7932) at its best level and largest window, on the held-out text alone. It
/// sees nothing of the training text; what it knows beforehand is brotli's built-in dictionary of common words.
/// </summary>
public static class CompressionBaseline
{
    /// <summary>Brotli's best level.</summary>
    public const int Level = 11;

    /// <summary>Base-2 logarithm of brotli's largest window.</summary>
    public const int WindowBits = 24;

    /// <summary>Ends each document, so that the compressor pays for document ends as a model does. No UTF-8 text contains it.</summary>
    public const byte Separator = 0xFF;

    /// <summary>Compresses the documents as one stream, each followed by <see cref="Separator"/>. Only lengths are kept.</summary>
    /// <param name="documents">The UTF-8 text of each.</param>
    /// <exception cref="InkstoneRequestException">There is no text.</exception>
    public static CompressionScore Measure(IEnumerable<ReadOnlyMemory<byte>> documents)
    {
        var encoder = new BrotliEncoder(Level, WindowBits);
        try
        {
            var (compressed, text, count) = (0L, 0L, 0L);
            foreach (var document in documents)
            {
                compressed += Feed(ref encoder, document.Span, isLast: false) + Feed(ref encoder, [Separator], isLast: false);
                text += document.Length;
                count++;
            }
            if (text == 0)
                throw new InkstoneRequestException("there is nothing to compress", nameof(CompressionBaseline), "some text",
                    FormattableString.Invariant($"{count} documents without a byte"), "Give some held-out text.");
            compressed += Feed(ref encoder, [], isLast: true);
            return new(compressed, text, count);
        }
        finally
        {
            encoder.Dispose();
        }
    }

    /// <summary>Gives the encoder some bytes and counts what it puts out.</summary>
    private static long Feed(ref BrotliEncoder encoder, ReadOnlySpan<byte> source, bool isLast)
    {
        Span<byte> destination = stackalloc byte[4_096];
        var written = 0L;
        OperationStatus status;
        do
        {
            status = encoder.Compress(source, destination, out var consumed, out var bytes, isLast);
            source = source[consumed..];
            written += bytes;
        }
        while (status == OperationStatus.DestinationTooSmall);
        return status == OperationStatus.Done
            ? written
            : throw new InvalidOperationException($"Brotli refused its input: {status}."); // it takes any bytes: this would be a fault of the platform
    }
}
