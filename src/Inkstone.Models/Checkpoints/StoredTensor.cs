using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One tensor of a checkpoint, whatever kind of file holds it.</summary>
/// <param name="name">The name in the file.</param>
/// <param name="where">The file and the name, for messages.</param>
/// <param name="format">The format of its numbers.</param>
/// <param name="shape">Its shape, row-major.</param>
/// <param name="source">Its bytes.</param>
public sealed class StoredTensor(string name, string where, WeightFormat format, IReadOnlyList<long> shape, ITensorBytes source)
{
    private const int NumbersAtOnce = 1 << 20;

    /// <summary>The name in the file.</summary>
    public string Name => name;

    /// <summary>The file and the name, for messages.</summary>
    public string Where => where;

    /// <summary>The format of its numbers.</summary>
    public WeightFormat Format => format;

    /// <summary>Its shape, row-major.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>How many numbers it has.</summary>
    public long Count => shape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>Bytes in the file.</summary>
    public long ByteLength => WeightFormats.ByteLength(format, Count);

    /// <summary>Whether its bytes can be used where the file is mapped.</summary>
    public bool CanMap => source.CanMap;

    /// <summary>The tensor as a matrix in place: the last axis makes the columns, all others the rows.</summary>
    /// <param name="mapped">Whether the file may be mapped; otherwise its bytes are read into memory.</param>
    public unsafe StoredMatrix Matrix(bool mapped)
    {
        var columns = checked((int)shape[^1]);
        var rows = columns == 0 ? 0 : checked((int)(Count / columns));
        if (mapped && CanMap)
        {
            var window = source.Map();
            return StoredMatrix.At(format, rows, columns, window.Pointer, window);
        }
        var memory = new NativeBytes(ByteLength);
        for (long start = 0; start < ByteLength; start += NumbersAtOnce)
            source.Read(start, memory.Span(start, (int)Math.Min(NumbersAtOnce, ByteLength - start)));
        return StoredMatrix.At(format, rows, columns, memory.Pointer, memory);
    }

    /// <summary>Writes the tensor's numbers, in row-major order, in single precision.</summary>
    public void Read(Span<float> numbers)
    {
        var bytes = new byte[checked((int)ByteLength)];
        source.Read(0, bytes);
        WeightFormats.Dequantize(format, bytes, numbers);
    }

    /// <summary>Writes some of the tensor's numbers, in row-major order, in another format or as they are; both must be whole blocks.</summary>
    internal void CopyTo(long start, long count, WeightFormat target, Stream destination)
    {
        var atOnce = (int)Math.Min(NumbersAtOnce, count);
        var bytes = new byte[checked((int)WeightFormats.ByteLength(format, atOnce))];
        var (numbers, written) = target == format ? ([], []) : (new float[atOnce], new byte[checked((int)WeightFormats.ByteLength(target, atOnce))]);
        for (var end = start + count; start < end; start += atOnce)
        {
            var here = (int)Math.Min(atOnce, end - start);
            var piece = bytes.AsSpan(0, checked((int)WeightFormats.ByteLength(format, here)));
            source.Read(WeightFormats.ByteLength(format, start), piece);
            if (target != format)
            {
                WeightFormats.Dequantize(format, piece, numbers.AsSpan(0, here));
                WeightBytes.RequireRange(target, numbers.AsSpan(0, here), where);
                piece = written.AsSpan(0, checked((int)WeightFormats.ByteLength(target, here)));
                WeightFormats.Quantize(target, numbers.AsSpan(0, here), [], piece);
            }
            destination.Write(piece);
        }
    }

    /// <summary>The tensor in a backend's own floating type.</summary>
    public Tensor Read(Backend backend)
    {
        Span<int> extents = stackalloc int[shape.Count];
        for (var i = 0; i < extents.Length; i++)
            extents[i] = checked((int)shape[i]);
        var result = Tensor.Empty(Inkstone.Tensors.Shape.Create(extents), null, backend);
        if (result.Count == 0)
            return result;
        var flat = result.Reshape(checked((int)result.Count));
        var numbers = new float[(int)Math.Min(NumbersAtOnce, result.Count)];
        var bytes = new byte[checked((int)WeightFormats.ByteLength(format, numbers.Length))];
        for (long start = 0; start < result.Count; start += numbers.Length)
        {
            var count = (int)Math.Min(numbers.Length, result.Count - start);
            var piece = bytes.AsSpan(0, checked((int)WeightFormats.ByteLength(format, count)));
            source.Read(WeightFormats.ByteLength(format, start), piece);
            WeightFormats.Dequantize(format, piece, numbers.AsSpan(0, count));
            flat.Slice(0, (int)start, count).Write(numbers.AsSpan(0, count));
        }
        return result;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{name} {format.Name()} [{string.Join(", ", shape)}]";
}
