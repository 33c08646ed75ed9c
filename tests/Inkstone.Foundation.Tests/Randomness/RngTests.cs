using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Randomness;

public class RngTests
{
    /// <summary>The published vectors of Random123 (kat_vectors, philox4x32 with 10 rounds).</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void PhiloxGivesThePublishedWords(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Rng.Philox(c0, c1, c2, c3, k0, k1));

    [Fact]
    public void AStreamIsPhiloxOfItsKeyAndCounter()
    {
        var rng = new Rng(0x299f31d0_a4093822UL);
        Assert.Equal(Rng.Philox(0x11223344, 0x55667788, 0, 0, 0xa4093822, 0x299f31d0), rng.WordsAt(0x55667788_11223344UL));
        var words = rng.WordsAt(5);
        Assert.Equal((words.A, words.B, words.C, words.D), (rng.WordAt(20), rng.WordAt(21), rng.WordAt(22), rng.WordAt(23)));
    }

    [Fact]
    public void SameSeedSameBits()
    {
        Assert.Equal(Rng.From(42).Split("weights").Split(3).WordAt(17), Rng.From(42).Split("weights").Split(3).WordAt(17));
        Assert.Equal(0xA1D7A484u, Rng.From(42).WordAt(0)); // recorded: a change of it breaks every saved run
    }

    [Fact]
    public void UniformsAreUniform()
    {
        const int Count = 400_000;
        var rng = Rng.From(1);
        var bins = new int[64];
        double sum = 0, squares = 0;
        for (var i = 0UL; i < Count; i++)
        {
            var u = rng.UniformAt(i);
            Assert.InRange(u, 0f, 0.99999995f);
            bins[(int)(u * 64)]++;
            sum += u;
            squares += (double)u * u;
        }
        var chiSquare = bins.Sum(bin => Math.Pow(bin - (Count / 64.0), 2) / (Count / 64.0));
        Assert.InRange(chiSquare, 30, 110); // 63 degrees of freedom: both ends are beyond three in ten thousand
        Assert.Equal(0.5, sum / Count, 0.002);
        Assert.Equal(1 / 12.0, (squares / Count) - Math.Pow(sum / Count, 2), 0.001);
    }

    [Fact]
    public void NormalsAreNormal()
    {
        const int Count = 400_000;
        var rng = Rng.From(2);
        Span<double> moments = stackalloc double[5];
        var beyondTwo = 0;
        double neighbours = 0;
        var previous = 0.0;
        for (var i = 0UL; i < Count; i++)
        {
            double x = rng.NormalAt(i);
            Assert.True(double.IsFinite(x));
            for (var power = 1; power <= 4; power++)
                moments[power] += Math.Pow(x, power) / Count;
            beyondTwo += Math.Abs(x) > 2 ? 1 : 0;
            neighbours += x * previous / Count;
            previous = x;
        }
        Assert.Equal(0, moments[1], 0.008);
        Assert.Equal(1, moments[2], 0.012);
        Assert.Equal(0, moments[3], 0.02);
        Assert.Equal(3, moments[4], 0.08);
        Assert.Equal(0.0455, beyondTwo / (double)Count, 0.002);
        Assert.Equal(0, neighbours, 0.008);
    }

    [Fact]
    public void SplitStreamsAreDifferentAndUnrelated()
    {
        var root = Rng.From(3);
        Rng[] streams = [root, root.Split("a"), root.Split("b"), root.Split(""), root.Split(0), root.Split(1), root.Split(-1), root.Split("a").Split("b"), root.Split("b").Split("a"), Rng.From(4), Rng.From(-3)];
        Assert.Equal(streams.Length, streams.Select(stream => stream.Key).Distinct().Count());
        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(i => root.Split(i).Key).Distinct().Count());
        foreach (var a in streams)
        {
            foreach (var b in streams.Where(other => other != a))
            {
                var product = Enumerable.Range(0, 4000).Average(i => (a.UniformAt((ulong)i) - 0.5) * (b.UniformAt((ulong)i) - 0.5));
                Assert.Equal(0, product * 12, 0.08); // a correlation; its standard error is 0.016
            }
        }
    }

    [Fact]
    public void LongNamesSplitToo() => Assert.NotEqual(Rng.From(1).Split(new string('x', 1000)), Rng.From(1).Split(new string('x', 1001)));
}
