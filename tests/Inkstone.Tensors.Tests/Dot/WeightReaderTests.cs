namespace Inkstone.Tensors.Tests;

public sealed unsafe class WeightReaderTests
{
    [Fact]
    public void EveryHalfIsReadExactly() => CheckAll<HalfReader>(HalfReader.ReadOne, bits => (float)BitConverter.UInt16BitsToHalf(bits));

    [Fact]
    public void EveryBFloat16IsReadExactly() => CheckAll<BFloat16Reader>(BFloat16Reader.ReadOne, bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));

    private static void CheckAll<TReader>(ReadOne readOne, Func<ushort, float> expected)
        where TReader : struct, IWeightReader
    {
        var source = new ushort[65536];
        for (var bits = 0; bits < source.Length; bits++)
            source[bits] = (ushort)bits;
        var widened = new float[source.Length];
        fixed (ushort* from = source)
        fixed (float* to = widened)
        {
            TReader.Widen((byte*)from, to, source.Length);
            for (var bits = 0; bits < source.Length; bits++)
            {
                AssertSame(expected((ushort)bits), widened[bits]);
                AssertSame(expected((ushort)bits), readOne((byte*)(from + bits)));
            }
            for (var count = 0; count < 20; count++)
            {
                to[count] = 7;
                TReader.Widen((byte*)(from + 15_350), to, count);
                for (var i = 0; i < count; i++)
                    AssertSame(expected((ushort)(15_350 + i)), to[i]);
                Assert.Equal(7, to[count]);
            }
        }
    }

    private static void AssertSame(float expected, float found)
    {
        if (float.IsNaN(expected) ? !float.IsNaN(found) : BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(found))
            Assert.Fail($"found {found:R}, expected {expected:R}");
    }

    private delegate float ReadOne(byte* source);
}
