using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors.Tests;

public sealed unsafe class WeightReaderTests
{
    [Fact]
    public void EveryHalfIsReadExactly() => CheckAll<HalfReader>(bits => (float)BitConverter.UInt16BitsToHalf(bits));

    [Fact]
    public void EveryBFloat16IsReadExactly() => CheckAll<BFloat16Reader>(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));

    private static void CheckAll<TReader>(Func<ushort, float> expected)
        where TReader : struct, IWeightReader
    {
        var source = stackalloc ushort[16];
        for (var first = 0; first < 65536; first += 16)
        {
            for (var i = 0; i < 16; i++)
                source[i] = (ushort)(first + i);
            var bytes = (byte*)source;
            for (var i = 0; i < 16; i++)
                AssertSame(expected(source[i]), TReader.ReadOne(bytes + i * TReader.Size));
            for (var i = 0; i < 16; i++)
                AssertSame(expected(source[i]), TReader.ReadFour(bytes + i / 4 * 4 * TReader.Size)[i % 4]);
            if (!Avx2.IsSupported)
                continue;
            for (var i = 0; i < 4; i++)
            {
                var upper = bytes + 8 * TReader.Size;
                AssertSame(expected(source[i]), TReader.ReadFirstFours(bytes, upper)[i]);
                AssertSame(expected(source[8 + i]), TReader.ReadFirstFours(bytes, upper)[4 + i]);
                AssertSame(expected(source[4 + i]), TReader.ReadLastFours(bytes, upper)[i]);
                AssertSame(expected(source[12 + i]), TReader.ReadLastFours(bytes, upper)[4 + i]);
            }
        }
    }

    private static void AssertSame(float expected, float found)
    {
        if (float.IsNaN(expected) ? !float.IsNaN(found) : BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(found))
            Assert.Fail($"found {found:R}, expected {expected:R}");
    }
}
