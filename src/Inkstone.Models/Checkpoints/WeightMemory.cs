using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The memory that a checkpoint's weights take once they are loaded.</summary>
/// <param name="MappedBytes">Read where the file is mapped: pages the system may drop and read again.</param>
/// <param name="PrivateBytes">In memory of its own: blocks laid out anew, vectors, and whatever is not used in the form of the file.</param>
public readonly record struct WeightMemory(long MappedBytes, long PrivateBytes)
{
    /// <summary>
    /// Copies of the file's bytes, beside all that, while blocks are laid out anew: 0 where the file is mapped. It is the most that lives at once.
    /// </summary>
    public long TemporaryBytes { get; init; }

    /// <summary>Both, without copies.</summary>
    public long TotalBytes => MappedBytes + PrivateBytes;

    /// <summary>Both and the copies.</summary>
    public long PeakBytes => checked(TotalBytes + TemporaryBytes);

    /// <summary>The memory of both.</summary>
    public static WeightMemory operator +(WeightMemory left, WeightMemory right) =>
        new(checked(left.MappedBytes + right.MappedBytes), checked(left.PrivateBytes + right.PrivateBytes)) { TemporaryBytes = checked(left.TemporaryBytes + right.TemporaryBytes) };

    /// <summary>The memory of a matrix in the format of its file, as a backend keeps it.</summary>
    /// <param name="format">The format.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="isReordered">Whether the rows have another order than in the file.</param>
    /// <param name="backend">Where it lives.</param>
    /// <param name="options">How it is loaded.</param>
    /// <param name="known">Bytes a row of the formats and widths seen before.</param>
    internal static WeightMemory Of(
        WeightFormat format, long rows, int columns, bool isReordered, Backend backend, LoadOptions options, Dictionary<(WeightFormat, int), double> known)
    {
        var file = checked(rows * WeightFormats.ByteLength(format, columns));
        if (!known.TryGetValue((format, columns), out var own))
            known.Add((format, columns), own = Probe(format, columns, backend, options.Interleave));
        var isPutTogether = isReordered && format.BlockLength() == 1;
        if (own > 0 || isPutTogether)
            return new(0, own > 0 ? (long)(own * rows) : file) { TemporaryBytes = options.Mapped ? 0 : file };
        return options.Mapped ? new(file, 0) : new(0, file);
    }

    /// <summary>Bytes of its own that a backend takes for a row of a format: those of a few rows of zeros, since it alone knows how it lays them.</summary>
    private static unsafe double Probe(WeightFormat format, int columns, Backend backend, bool interleave)
    {
        const int rows = 64;
        const int widest = 4_096; // a multiple of every format's block
        if (format.BlockLength() == 1)
            return 0;
        var width = Math.Min(columns, widest);
        var zeros = new NativeBytes(rows * WeightFormats.ByteLength(format, width));
        zeros.Span(0, checked((int)zeros.Length)).Clear();
        var own = FrozenMatrix.Create(StoredMatrix.At(format, rows, width, zeros.Pointer, zeros), backend, interleave).OwnBytes;
        return own / (double)rows * columns / width;
    }
}
