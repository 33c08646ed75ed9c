using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Integers of one or two bits. Weight i of a run of 32 has its bits in byte i, each run of 32 one bit (or two) above the run before.</summary>
internal static class BitPlanes
{
    private const int Run = 32;

    /// <summary>Adds bits, moved to <paramref name="position"/>, to integers: 8 or 4 runs a stretch of 32 bytes.</summary>
    /// <param name="packed">Stretches of 32 bytes.</param>
    /// <param name="width">Bits of an integer: 1 or 2.</param>
    /// <param name="position">Where the bits stand in the integers.</param>
    /// <param name="integers">What they are added to.</param>
    public static void Add(ReadOnlySpan<byte> packed, int width, int position, Span<sbyte> integers)
    {
        var mask = Vector128.Create((byte)((1 << width) - 1));
        for (var start = 0; start < packed.Length; start += Run)
        {
            for (var half = start; half < start + Run; half += 16)
            {
                var bytes = Vector128.Create(packed[half..]);
                for (var shift = 0; shift < 8; shift += width)
                {
                    var place = integers[((start * 8 / width) + (shift / width * Run) + half - start)..];
                    (Vector128.Create((ReadOnlySpan<sbyte>)place) | (((bytes >> shift) & mask) << position).AsSByte()).CopyTo(place);
                }
            }
        }
    }

    /// <summary>Writes the bits at <paramref name="position"/> of integers.</summary>
    public static void Pack(ReadOnlySpan<sbyte> integers, int width, int position, Span<byte> packed)
    {
        packed.Clear();
        var perStretch = Run * 8 / width;
        for (var i = 0; i < integers.Length; i++)
        {
            var bits = (integers[i] >> position) & ((1 << width) - 1);
            packed[(i / perStretch * Run) + (i % Run)] |= (byte)(bits << (i % perStretch / Run * width));
        }
    }
}
