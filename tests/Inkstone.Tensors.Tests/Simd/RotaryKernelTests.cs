namespace Inkstone.Tensors.Tests;

public unsafe class RotaryKernelTests : KernelTest
{
    public static TheoryData<VectorWidth, RotaryPairing> Cases => new()
    {
        { VectorWidth.Bits128, RotaryPairing.Halves }, { VectorWidth.Bits256, RotaryPairing.Halves }, { VectorWidth.Bits512, RotaryPairing.Halves },
        { VectorWidth.Bits128, RotaryPairing.Interleaved }, { VectorWidth.Bits256, RotaryPairing.Interleaved },
        { VectorWidth.Bits512, RotaryPairing.Interleaved },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Heads_turn_by_their_angles_and_back(VectorWidth width, RotaryPairing pairing)
    {
        const int rows = 3, heads = 2;
        var table = KernelTable.For(width);
        foreach (var half in new[] { 0, 1, 2, 3, 4, 7, 8, 9, 16, 21, 32, 33 })
        {
            foreach (var rest in new[] { 0, 5 })
            {
                int headWidth = 2 * half + rest, headStride = headWidth + 1, rowStride = heads * headStride + 2;
                using var x = Random(rows * rowStride, 1);
                using var y = new NativeArray(rows * rowStride);
                using var back = new NativeArray(rows * rowStride);
                using var angles = Random(rows * half, 2, -4, 4);
                using var cosine = new NativeArray(rows * half, i => MathF.Cos(angles[i]));
                using var sine = new NativeArray(rows * half, i => MathF.Sin(angles[i]));
                table.Rotary(x, rowStride, headStride, cosine, sine, pairing, false, y, rowStride, headStride, rows, heads, headWidth, half);
                table.Rotary(y, rowStride, headStride, cosine, sine, pairing, true, back, rowStride, headStride, rows, heads, headWidth, half);
                for (var row = 0; row < rows; row++)
                {
                    for (var head = 0; head < heads; head++)
                    {
                        var place = row * rowStride + head * headStride;
                        for (var i = 0; i < half; i++)
                        {
                            var (first, second) = pairing == RotaryPairing.Halves ? (place + i, place + half + i) : (place + 2 * i, place + 2 * i + 1);
                            var (sin, cos) = Math.SinCos((double)angles[row * half + i]);
                            Close(x[first] * cos - x[second] * sin, y[first], 1e-6, 1e-6, "first of a pair");
                            Close(x[first] * sin + x[second] * cos, y[second], 1e-6, 1e-6, "second of a pair");
                        }
                        for (var i = 0; i < headWidth; i++)
                            Close(x[place + i], back[place + i], 1e-6, 1e-6, "turned back");
                        for (var i = 2 * half; i < headWidth; i++)
                            Assert.Equal(x[place + i], y[place + i]);
                        Assert.Equal(0f, y[place + headWidth]); // the gap between heads is left alone
                    }
                }
                table.Rotary(x, rowStride, headStride, cosine, sine, pairing, false, x, rowStride, headStride, rows, heads, headWidth, half);
                for (var i = 0; i < headWidth; i++)
                    Assert.Equal(y[i], x[i]);
            }
        }
    }
}
