using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Making tensors, element types, and transfer to and from the host.</summary>
public class TensorTests
{
    public static TheoryData<ElementType> Types => [.. Enum.GetValues<ElementType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void SmallWholeNumbersSurviveEveryType(ElementType type)
    {
        using var scope = PoolScope.Open();
        float[] values = [0, 1, -2, 3, -100, 128];
        foreach (Backend backend in (Backend[])[new CpuBackend(threads: 1), ReferenceBackend.Double])
        {
            var there = Tensor.From(values, [2, 3], backend).To(type);
            Assert.Equal(type, there.Type);
            Assert.Equal(values, there.ToArray());
            Assert.Equal([0f, 3, 1, -100, -2, 128], there.Transpose().ToArray());
            Assert.Equal(values, there.To(backend.Float).ToArray());
        }
    }

    [Theory]
    [InlineData(1.00390625f, 0x3F80)] // 1 + 1/256 lies half way: to even, down
    [InlineData(1.01171875f, 0x3F82)] // 1 + 3/256: to even, up
    [InlineData(1.0f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(3.4028235e38f, 0x7F80)] // beyond the largest
    [InlineData(1e-45f, 0x0000)]
    public void BFloat16RoundsToTheNearestEven(float value, int bits)
    {
        Assert.Equal((ushort)bits, HostMemory.ToBFloat16(value));
        Assert.True(float.IsNaN(HostMemory.FromBFloat16(HostMemory.ToBFloat16(float.NaN))));
        Assert.Equal(bits, HostMemory.ToBFloat16(HostMemory.FromBFloat16((ushort)bits)));
    }

    [Fact]
    public void RandomFillingIsTheSameOnEveryBackend()
    {
        using var scope = PoolScope.Open();
        Shape shape = [70_000];
        var expected = Tensor.RandomNormal(shape, Rng.From(3), 2, 1, ReferenceBackend.Single).ToArray();
        Assert.Equal(expected, Tensor.RandomNormal(shape, Rng.From(3), 2, 1, new CpuBackend(threads: 2)).ToArray());
        Assert.Equal((float)(1 + 2 * (double)Rng.From(3).NormalAt(12345)), expected[12345]);
        var uniform = Tensor.RandomUniform(shape, Rng.From(3), -1, 3, ReferenceBackend.Single).ToArray();
        Assert.Equal(uniform, Tensor.RandomUniform(shape, Rng.From(3), -1, 3, new CpuBackend(threads: 2)).ToArray());
        Assert.All(uniform, u => Assert.InRange(u, -1f, 3f));
    }

    [Fact]
    public void ConditionsOfWholeNumbersCompare()
    {
        using var scope = PoolScope.Open();
        foreach (Backend backend in (Backend[])[new CpuBackend(threads: 1), ReferenceBackend.Double])
        {
            var a = Tensor.From([1, 2, 2_000_000_001], [3], backend);
            var b = Tensor.From([1, 3, 2_000_000_000], [3], backend);
            Assert.Equal([1, 0, 0], Tensor.Compare(BinaryFunction.Equal, a, b).ToIntegers());
            Assert.Equal([0, 1, 0], Tensor.Compare(BinaryFunction.Less, a, b).ToIntegers());
        }
    }

    [Fact]
    public void ScalarsHaveOneElement()
    {
        using var scope = PoolScope.Open();
        var scalar = Tensor.Full([], 2.5, backend: ReferenceBackend.Double);
        Assert.Equal(1, scalar.Count);
        Assert.Equal(2.5, scalar.ToScalar());
        Assert.Equal(5, (scalar * 2).ToScalar());
    }

    [Fact]
    public void NonFiniteNumbersGoThrough()
    {
        using var scope = PoolScope.Open();
        foreach (var width in Enum.GetValues<VectorWidth>())
        {
            var x = Tensor.From([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1, 2], [5], new CpuBackend(width, 1));
            Assert.True(double.IsNaN(x.Sum().ToScalar()));
            Assert.True(double.IsNaN(x.Max().ToScalar()));
            Assert.Equal([float.NaN, float.PositiveInfinity, 0, 1, 2], x.Relu().ToArray());
            Assert.Equal(0, x.ArgMax().ToScalar()); // nothing is larger than a NaN that came first
            Assert.Equal(1, x.Slice(0, 1, 4).ArgMin().ToScalar());
            Assert.Equal([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1, 2], Tensor.Maximum(x, x).ToArray());
        }
    }
}
