using System.Buffers.Binary;

namespace Inkstone.Tensors;

/// <summary>
/// d (2 bytes), the upper two bits of 8 integers s + 32 (2 bytes) and the lower four (4 bytes), then 256 nibbles, 32 after 32, each the code of a
/// level of <see cref="UnevenLevels"/>: w = (d·s)·level.
/// </summary>
internal readonly struct BlockIQ4_XS : IWeightBlock
{
    private const int Upper = 2;
    private const int Lower = 4;
    private const int Integers = 8;

    public static int Length => 256;

    public static int Bytes => 136;

    public static int GroupLength => 32;

    public static bool HasOffsets => false;

    public static void Unpack(ReadOnlySpan<byte> block, Span<sbyte> levels, Span<float> scales, Span<float> offsets)
    {
        var (d, upper) = (HalfScale.Read(block, 0), BinaryPrimitives.ReadUInt16LittleEndian(block[Upper..]));
        for (var group = 0; group < 8; group++)
        {
            var lower = (block[Lower + (group / 2)] >> (group % 2 * 4)) & 15;
            scales[group] = d * (lower + (((upper >> (group * 2)) & 3) << 4) - 32);
            Nibbles.Unpack(block.Slice(Integers + (group * 16), 16), levels[(group * 32)..]);
        }
        Nibbles.Decode(levels, UnevenLevels.Values);
    }

    public static void Quantize(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<sbyte> scales = stackalloc sbyte[8];
        Span<sbyte> found = stackalloc sbyte[Length];
        var levels = default(UnevenLevels);
        var d = new SymmetricBlockFit<UnevenLevels>(weights, importance, levels, -32, 31, scales).Run();
        HalfScale.Write(d, block, 0);
        block[Upper..Integers].Clear();
        var upper = 0;
        for (var group = 0; group < 8; group++)
        {
            SymmetricFit.Levels(weights.Slice(group * 32, 32), d * scales[group], levels, found[(group * 32)..]);
            var scale = scales[group] + 32;
            block[Lower + (group / 2)] |= (byte)((scale & 15) << (group % 2 * 4));
            upper |= scale >> 4 << (group * 2);
        }
        BinaryPrimitives.WriteUInt16LittleEndian(block[Upper..], (ushort)upper);
        Pack(found, block);
    }

    public static float Nearest(float value) => default(UnevenLevels).Nearest(value);

    public static void Pack(Span<sbyte> levels, Span<byte> block)
    {
        Nibbles.Encode(levels, UnevenLevels.Codes);
        for (var group = 0; group < 8; group++)
            Nibbles.Pack(levels.Slice(group * 32, 32), block.Slice(Integers + (group * 16), 16));
    }
}
