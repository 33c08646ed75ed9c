using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

public unsafe class RandomKernelTests : KernelTest
{
    [Fact]
    public void Words_are_those_of_the_stream_from_any_element_on()
    {
        var rng = Rng.From(42).Split("words");
        foreach (var first in new ulong[] { 0, 1, 2, 3, 4, 1000, (1UL << 34) - 9, (1UL << 40) + 7 })
        {
            foreach (var count in Lengths.Take(75))
            {
                using var words = new NativeArray(count);
                PhiloxWords.Fill(rng, first, (uint*)words.Pointer, count);
                for (var i = 0; i < count; i++)
                    Assert.Equal(rng.WordAt(first + (ulong)i), ((uint*)words.Pointer)[i]);
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Dropout_keeps_what_the_stream_says_wherever_it_is_cut(VectorWidth width)
    {
        var table = KernelTable.For(width);
        var rng = Rng.From(7);
        foreach (var share in new[] { 0.0, 0.1, 0.5, 1.0 })
        {
            using var x = Random(1300, 1, 0.5, 1);
            using var y = new NativeArray(1300);
            table.Dropout(x, rng, 5, share, y, 1300);
            for (var i = 0; i < 1300; i++)
            {
                if (rng.UniformAt(5 + (ulong)i) >= share)
                    Close(x[i] / (1 - share), y[i], 2e-7, 0, $"kept {i}");
                else
                    Assert.Equal(0f, y[i]);
            }
            using var parts = new NativeArray(1300);
            for (var (at, length) = (0, 1); at < 1300; at += length, length = Math.Min(length * 2, 1300 - at))
                table.Dropout(x.Pointer + at, rng, 5 + (ulong)at, share, parts.Pointer + at, length);
            Assert.Equal(y.ToArray(), parts.ToArray());
            table.Dropout(x, rng, 5, share, x, 1300);
            Assert.Equal(y.ToArray(), x.ToArray());
        }
    }
}
