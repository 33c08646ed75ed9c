using System.Buffers.Binary;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Tensors to and from the little-endian bytes of a safetensors file, a bounded piece at a time.</summary>
public static class WeightBytes
{
    private const int Piece = 1 << 20;

    /// <summary>Reads a tensor of any real type into the backend's own.</summary>
    public static Tensor Read(SafetensorsFile file, SafetensorsTensor tensor, Backend backend)
    {
        var width = tensor.Type switch
        {
            SafetensorsType.F64 => 8,
            SafetensorsType.F32 => 4,
            SafetensorsType.F16 or SafetensorsType.BF16 => 2,
            _ => throw new InkstoneFormatException("the tensor's element type is not a real number's", $"{file.Path}: {tensor.Name}", "F64, F32, F16 or BF16",
                tensor.Type.Name()),
        };
        Span<int> extents = stackalloc int[tensor.Shape.Length];
        for (var i = 0; i < extents.Length; i++)
            extents[i] = checked((int)tensor.Shape[i]);
        var result = Tensor.Empty(Shape.Create(extents), null, backend);
        var flat = result.Reshape(checked((int)result.Count));
        var bytes = new byte[(int)Math.Min(Piece, Math.Max(1, result.Count)) * width];
        var numbers = new float[bytes.Length / width];
        for (long start = 0; start < result.Count; start += numbers.Length)
        {
            var count = (int)Math.Min(numbers.Length, result.Count - start);
            file.Read(tensor, start * width, bytes.AsSpan(0, count * width));
            Decode(bytes.AsSpan(0, count * width), tensor.Type, numbers.AsSpan(0, count));
            flat.Slice(0, (int)start, count).Write(numbers.AsSpan(0, count));
        }
        return result;
    }

    /// <summary>Writes a tensor in single precision.</summary>
    public static void Write(Tensor tensor, Stream destination) => Write(tensor, WeightFormat.F32, destination);

    /// <summary>Writes a tensor in a format; its rows must be whole blocks.</summary>
    /// <exception cref="InkstoneNumericException">A number is too great for half precision.</exception>
    public static void Write(Tensor tensor, WeightFormat format, Stream destination, string where = "a tensor")
    {
        var flat = tensor.Reshape(checked((int)tensor.Count));
        var numbers = new float[(int)Math.Min(Piece, Math.Max(1, tensor.Count))];
        var bytes = new byte[checked((int)WeightFormats.ByteLength(format, numbers.Length))];
        for (long start = 0; start < tensor.Count; start += numbers.Length)
        {
            var piece = numbers.AsSpan(0, (int)Math.Min(numbers.Length, tensor.Count - start));
            flat.Slice(0, (int)start, piece.Length).CopyTo(piece);
            RequireRange(format, piece, where);
            var written = bytes.AsSpan(0, checked((int)WeightFormats.ByteLength(format, piece.Length)));
            WeightFormats.Quantize(format, piece, [], written);
            destination.Write(written);
        }
    }

    /// <summary>Throws when a finite number would become infinite in half precision.</summary>
    internal static void RequireRange(WeightFormat format, ReadOnlySpan<float> numbers, string where)
    {
        if (format != WeightFormat.F16)
            return;
        foreach (var number in numbers)
            if (float.IsFinite(number) && Half.IsInfinity((Half)number))
                throw new InkstoneNumericException("a number is too great for half precision", where, "at most 65,504", $"{number}", "Write BF16 or F32.");
    }

    private static void Decode(ReadOnlySpan<byte> bytes, SafetensorsType type, Span<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = type switch
            {
                SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * 8)..]),
                SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]),
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..]),
                _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]) << 16),
            };
    }
}
