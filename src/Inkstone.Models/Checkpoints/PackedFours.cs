using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>
/// MXFP4 as gpt-oss's folders hold it, in two tensors of bytes: <c>…_blocks</c> [rows…, groups, 16], two numbers a byte and neighbours together, and <c>…_scales</c> [rows…, groups]. Read
/// as the blocks that ggml has: the scale, then numbers i and i + 16 together in byte i.
/// </summary>
internal sealed class PackedFours(SafetensorsFile blocksFile, SafetensorsTensor blocks, SafetensorsFile scalesFile, SafetensorsTensor scales) : ITensorBytes
{
    /// <summary>The end of the name of the numbers' tensor, by which the two are known as one.</summary>
    public const string BlocksSuffix = "_blocks";

    private const string ScalesSuffix = "_scales";
    private const int PackedBytes = 16;
    private const int BlockBytes = 17;
    private const int BlocksAtOnce = 1 << 14;

    /// <inheritdoc/>
    public bool CanMap => false;

    /// <summary>The name of the scales beside numbers of a name; null where the name is not that of numbers.</summary>
    public static string? ScalesOf(string name) => name.EndsWith(BlocksSuffix, StringComparison.Ordinal) ? name[..^BlocksSuffix.Length] + ScalesSuffix : null;

    /// <summary>The name of the numbers beside scales of a name; null where the name is not that of scales.</summary>
    public static string? BlocksOf(string name) => name.EndsWith(ScalesSuffix, StringComparison.Ordinal) ? name[..^ScalesSuffix.Length] + BlocksSuffix : null;

    /// <summary>The shape of the numbers.</summary>
    /// <exception cref="InkstoneFormatException">The two tensors do not fit together.</exception>
    public IReadOnlyList<long> Shape(string where)
    {
        var shape = blocks.Shape;
        if (shape.Length < 2 || shape[^1] != PackedBytes || scales.Type != SafetensorsType.U8 || !scales.Shape.AsSpan().SequenceEqual(shape.AsSpan(0, shape.Length - 1)) || blocks.ByteLength == 0)
            throw new InkstoneFormatException("blocks of four bits and their scales do not fit together", where, $"[…, groups, {PackedBytes}] and […, groups]",
                $"[{string.Join(", ", shape)}] and [{string.Join(", ", scales.Shape)}]");
        return [.. shape[..^2], checked(shape[^2] * 2 * PackedBytes)];
    }

    /// <inheritdoc/>
    public void Read(long start, Span<byte> destination)
    {
        Span<byte> numbers = new byte[BlocksAtOnce * PackedBytes];
        Span<byte> exponents = new byte[BlocksAtOnce];
        Span<byte> block = stackalloc byte[BlockBytes];
        while (!destination.IsEmpty)
        {
            var (first, skipped) = (start / BlockBytes, (int)(start % BlockBytes));
            var count = (int)Math.Min(BlocksAtOnce, (skipped + (long)destination.Length + BlockBytes - 1) / BlockBytes);
            blocksFile.Read(blocks, first * PackedBytes, numbers[..(count * PackedBytes)]);
            scalesFile.Read(scales, first, exponents[..count]);
            for (var i = 0; i < count; i++)
            {
                block[0] = exponents[i];
                Repack(numbers.Slice(i * PackedBytes, PackedBytes), block[1..]);
                var part = block[skipped..];
                part = part[..Math.Min(part.Length, destination.Length)];
                part.CopyTo(destination);
                destination = destination[part.Length..];
                (start, skipped) = (start + part.Length, 0);
            }
        }
    }

    /// <inheritdoc/>
    public MappedWindow Map() => throw new NotSupportedException();

    private static void Repack(ReadOnlySpan<byte> neighbours, Span<byte> halves)
    {
        for (var i = 0; i < PackedBytes; i++)
            halves[i] = (byte)(Four(neighbours, i) | Four(neighbours, i + PackedBytes) << 4);
    }

    private static int Four(ReadOnlySpan<byte> neighbours, int i) => (i & 1) == 0 ? neighbours[i >> 1] & 0xF : neighbours[i >> 1] >> 4;
}
