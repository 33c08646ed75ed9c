using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Randomness;

public class RngCursorTests
{
    [Fact]
    public void ItsStateIsOneNumber()
    {
        var first = Rng.From(9).Cursor();
        for (var i = 0; i < 100; i++)
            first.NextInt(1 + (i * 1000));
        var second = Rng.From(9).Cursor(first.Position);
        Assert.Equal(Enumerable.Range(0, 50).Select(_ => first.NextWord()), Enumerable.Range(0, 50).Select(_ => second.NextWord()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1 << 20)]
    public void WholeNumbersHaveNoBias(int bound)
    {
        const int Streams = 10, Count = 20_000;
        var chiSquare = 0.0;
        var bins = new int[Math.Min(bound, 100)];
        for (var stream = 0; stream < Streams; stream++)
        {
            var cursor = Rng.From(5).Split(bound).Split(stream).Cursor();
            Array.Clear(bins);
            for (var i = 0; i < Count; i++)
            {
                var number = cursor.NextInt(bound);
                Assert.InRange(number, 0, bound - 1);
                bins[(int)((long)number * bins.Length / bound)]++;
            }
            var expected = Count / (double)bins.Length;
            chiSquare += bins.Sum(bin => Math.Pow(bin - expected, 2) / expected);
        }
        var freedom = Streams * (bins.Length - 1);
        Assert.InRange(chiSquare, 0, freedom + (5 * Math.Sqrt(2 * freedom)));
    }

    /// <summary>A bound of 3/4 · 2^32 cannot be; at 3/4 · 2^31 plain scaling of 31 bits would give every third number twice as often.</summary>
    [Fact]
    public void LargeBoundsHaveNoBias()
    {
        const int Bound = 1_610_612_736;
        var cursor = Rng.From(6).Cursor();
        var residues = new int[3];
        for (var i = 0; i < 120_000; i++)
            residues[cursor.NextInt(Bound) % 3]++;
        Assert.All(residues, count => Assert.InRange(count, 39_300, 40_700));
    }

    [Fact]
    public void RefusesABoundThatIsNotPositive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Rng.From(1).Cursor().NextInt(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rng.From(1).Cursor().NextInt(-1));
    }

    [Fact]
    public void DoublesHaveFiftyThreeBits()
    {
        var cursor = Rng.From(7).Cursor();
        var numbers = Enumerable.Range(0, 10_000).Select(_ => cursor.NextDouble()).ToArray();
        Assert.All(numbers, number => Assert.InRange(number, 0, 1 - double.Epsilon));
        Assert.Equal(0.5, numbers.Average(), 0.02);
        Assert.Contains(numbers, number => (number * (1L << 52)) % 1 != 0); // the last bit is used
        Assert.All(numbers, number => Assert.Equal(0, number * (1L << 53) % 1));
    }

    [Fact]
    public void ShufflingGivesEveryOrderAlike()
    {
        var cursor = Rng.From(8).Cursor();
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            cursor.Shuffle(items.AsSpan());
            var order = new string(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150));
    }
}
