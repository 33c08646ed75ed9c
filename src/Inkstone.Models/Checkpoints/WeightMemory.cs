using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The memory that a checkpoint's weights take once they are loaded.</summary>
/// <param name="MappedBytes">Read where the file is mapped: pages the system may drop and read again.</param>
/// <param name="PrivateBytes">In memory of its own: blocks laid out anew, vectors, and whatever is not used in the form of the file.</param>
public readonly record struct WeightMemory(long MappedBytes, long PrivateBytes)
{
    /// <summary>Both.</summary>
    public long TotalBytes => MappedBytes + PrivateBytes;

    /// <summary>The memory of both.</summary>
    public static WeightMemory operator +(WeightMemory left, WeightMemory right) =>
        new(checked(left.MappedBytes + right.MappedBytes), checked(left.PrivateBytes + right.PrivateBytes));

    /// <summary>The memory of a matrix in the format of its file, as a backend keeps it.</summary>
    internal static WeightMemory Of(WeightFormat format, long rows, int columns, Backend backend, LoadOptions options)
    {
        var file = checked(rows * WeightFormats.ByteLength(format, columns));
        if (Probe(format, columns, backend, options.Interleave) is not > 0 and var own)
            return options.Mapped ? new(file, 0) : new(0, file);
        // the file's bytes are read once, and not held
        return new(0, (long)(own * rows));
    }

    /// <summary>Bytes of its own that a backend takes for a row of a format: those of a few rows of zeros.</summary>
    private static unsafe double Probe(WeightFormat format, int columns, Backend backend, bool interleave)
    {
        const int rows = 64;
        var zeros = new NativeBytes(rows * WeightFormats.ByteLength(format, columns));
        for (long start = 0; start < zeros.Length; start += 1 << 20)
            zeros.Span(start, (int)Math.Min(1 << 20, zeros.Length - start)).Clear();
        return FrozenMatrix.Create(StoredMatrix.At(format, rows, columns, zeros.Pointer, zeros), backend, interleave).OwnBytes / (double)rows;
    }
}
