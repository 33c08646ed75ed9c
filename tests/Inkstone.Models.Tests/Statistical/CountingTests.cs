using Inkstone.Foundation.Randomness;

namespace Inkstone.Models.Tests.Statistical;

public sealed class CountingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(36)]
    [InlineData(45)]
    [InlineData(64)]
    public void RadixSortSorts(int bits)
    {
        var rng = Rng.From(bits);
        foreach (var length in new[] { 0, 1, 2, 2_047, 2_048, 20_000 })
        {
            var keys = new ulong[length];
            for (var i = 0; i < length; i++)
                keys[i] = (((ulong)rng.WordAt((ulong)(2 * i)) << 32) | rng.WordAt((ulong)(2 * i + 1))) >> (64 - bits);
            var expected = (ulong[])keys.Clone();
            Array.Sort(expected);
            RadixSort.Sort(keys, new ulong[length + 3], bits);
            Assert.Equal(expected, keys);
        }
    }

    [Fact]
    public void RadixSortPassesOverEqualDigits()
    {
        var keys = Enumerable.Range(0, 5_000).Select(i => (0xABCUL << 40) | ((ulong)(i * 7919 % 5_000) << 12) | 5).ToArray();
        var expected = keys.Order().ToArray();
        RadixSort.Sort(keys, new ulong[keys.Length], 64);
        Assert.Equal(expected, keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(1_024)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void CountsAreThoseOfADictionary(int bufferKeys)
    {
        var cursor = Rng.From(bufferKeys).Cursor();
        var memory = new MemoryMeter(1L << 40);
        var counts = new SortedCounts(20, bufferKeys, memory);
        var expected = new SortedDictionary<ulong, long>();
        for (var i = 0; i < (bufferKeys == 1 ? 300 : 20_000); i++)
        {
            var key = (ulong)(cursor.NextInt(1_000) * cursor.NextInt(1_000));
            counts.Add(key);
            expected[key] = expected.GetValueOrDefault(key) + 1;
        }
        counts.Complete();
        Assert.Equal(expected.Keys, counts.Keys);
        Assert.Equal(expected.Values, counts.Counts);
        Assert.Equal(16L * expected.Count, memory.Bytes);
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 1, 1, 0)]
    [InlineData(1, 1, 100, 1)] // D₂ would be 2 − 100
    [InlineData(1, 1, 1, 100)] // D₃₊ would be 3 − 133
    public void DiscountsThatCannotBeEstimatedAreTheDefault(long n1, long n2, long n3, long n4) =>
        Assert.Equal(KneserNeyDiscounts.Default, KneserNeyDiscounts.FromCountsOfCounts(n1, n2, n3, n4));

    [Fact]
    public void DiscountsFollowTheFormula()
    {
        var discounts = KneserNeyDiscounts.FromCountsOfCounts(4, 2, 1, 1);
        Assert.Equal(new KneserNeyDiscounts(0.5, 1.25, 1), discounts);
        Assert.Equal([0, 0.5, 1.25, 1, 1], new long[] { 0, 1, 2, 3, 1_000_000_000_000 }.Select(discounts.Of));
    }
}
