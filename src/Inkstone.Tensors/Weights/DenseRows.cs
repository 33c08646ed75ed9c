using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>Rows of the formats that are no blocks. Rounding is to nearest, ties to even; infinities and NaNs remain what they are.</summary>
internal static unsafe class DenseRows
{
    /// <summary>Reads elements as single precision.</summary>
    public static void Widen<TReader>(ReadOnlySpan<byte> bytes, Span<float> weights)
        where TReader : IWeightReader
    {
        fixed (byte* source = bytes)
        fixed (float* destination = weights)
            TReader.Widen(source, destination, weights.Length);
    }

    /// <summary>Writes single precision as it is.</summary>
    public static void ToSingle(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes) =>
        MemoryMarshal.AsBytes(weights).CopyTo(bytes);

    /// <summary>Rounds to half precision.</summary>
    public static void ToHalf(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(bytes);
        for (var i = 0; i < weights.Length; i++)
            halves[i] = (Half)weights[i];
    }

    /// <summary>Rounds to bfloat16.</summary>
    public static void ToBFloat16(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < weights.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(weights[i]);
            words[i] = (ushort)(float.IsNaN(weights[i]) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
