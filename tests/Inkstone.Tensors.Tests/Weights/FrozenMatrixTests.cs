using System.Runtime.InteropServices;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Products with weights in the formats of files: every path of the fast backend beside the reference.</summary>
public sealed unsafe class FrozenMatrixTests
{
    private static readonly Dictionary<string, CpuBackend> Backends = MakeBackends();

    public static TheoryData<WeightFormat, string> Cases
    {
        get
        {
            var cases = new TheoryData<WeightFormat, string>();
            foreach (var format in WeightFormats.All)
                foreach (var backend in Backends.Keys)
                    cases.Add(format, backend);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void AProductIsTheReferences(WeightFormat format, string path)
    {
        var rng = Rng.From(7);
        foreach (var (m, n, k) in ((int, int, int)[])[(1, 16, 256), (1, 37, 512), (7, 50, 1280), (13, 33, 256), (64, 16, 2304)])
        {
            var weights = Stored(format, n, k, rng.Split(n));
            var numbers = Tensor.RandomNormal([m, k], rng.Split("x"), 1, 0, ReferenceBackend.Single).ToArray();
            var biases = Tensor.RandomNormal([n], rng.Split("bias"), 1, 0, ReferenceBackend.Single).ToArray();
            var expected = Product(weights, numbers, biases, m, ReferenceBackend.Single, interleave: false);
            foreach (var interleave in (bool[])[true, false])
            {
                var found = Product(weights, numbers, biases, m, Backends[path], interleave);
                for (var i = 0; i < expected.Length; i++)
                    Assert.True(MathF.Abs(expected[i] - found[i]) <= 1e-4f * (1 + MathF.Abs(expected[i])), $"{format} {path} [{m}, {n}, {k}] at {i}: {expected[i]} and {found[i]}");
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void ARowHasTheSameBitsAloneAmongOthersAndByEveryPath(WeightFormat format, string path)
    {
        const int N = 200, K = 1280; // more than is taken at once of panels, and of columns
        var rng = Rng.From(11);
        var weights = Stored(format, N, K, rng);
        foreach (var (m, rows) in ((int, int[])[])[(11, [0, 5, 6, 10]), (265, [0, 3, 257, 258, 264])])
        {
            var numbers = Tensor.RandomNormal([m, K], rng.Split("x"), 1, 0, ReferenceBackend.Single).ToArray();
            foreach (var interleave in (bool[])[true, false])
            {
                var whole = Product(weights, numbers, null, m, Backends[path], interleave);
                foreach (var row in rows)
                    Assert.Equal(Product(weights, numbers.AsSpan(row * K, K).ToArray(), null, 1, Backends["best"], interleave: true), whole.AsSpan(row * N, N).ToArray());
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void RowsAreTheStoredOnes(WeightFormat format, string path)
    {
        var weights = Stored(format, 37, 512, Rng.From(3));
        var row = new float[512];
        foreach (var interleave in (bool[])[true, false])
        {
            using var scope = PoolScope.Open();
            var frozen = FrozenMatrix.Create(weights, Backends[path], interleave);
            for (var use = 0; use < 3; use++)
            {
                var rows = Tensor.From((int[])[36, 0, 15, 16, 36], [5], Backends[path]).RowsOf(frozen).ToArray();
                foreach (var (place, number) in ((int, int)[])[(0, 36), (1, 0), (2, 15), (3, 16), (4, 36)])
                {
                    weights.ReadRow(number, row);
                    Assert.Equal(row, rows.AsSpan(place * 512, 512).ToArray());
                }
                Tensor.Zeros([1, 512], null, Backends[path]).Linear(frozen); // laid out anew by the second product
            }
        }
    }

    [Fact]
    public void RowsCanBeTakenReorderedAndPutTogether()
    {
        var rng = Rng.From(5);
        var (a, b) = (Stored(WeightFormat.Q8_0, 8, 64, rng.Split(0)), Stored(WeightFormat.Q8_0, 4, 64, rng.Split(1)));
        var both = StoredMatrix.Stack([a.Slice(2, 3), b.Reorder([3, 0])]);
        Assert.Equal(5, both.Rows);
        foreach (var (row, source, number) in ((int, StoredMatrix, int)[])[(0, a, 2), (2, a, 4), (3, b, 3), (4, b, 0)])
        {
            var (found, expected) = (new float[64], new float[64]);
            both.ReadRow(row, found);
            source.ReadRow(number, expected);
            Assert.Equal(expected, found);
        }
    }

    /// <summary>Random blocks whose scales are ordinary numbers: quantised where the format can be, bytes drawn otherwise.</summary>
    private static StoredMatrix Stored(WeightFormat format, int rows, int columns, Rng rng)
    {
        var weights = Tensor.RandomNormal([rows, columns], rng, 1 / Math.Sqrt(columns), 0, ReferenceBackend.Single).ToArray();
        var bytes = new byte[WeightFormats.ByteLength(format, weights.Length)];
        WeightFormats.Quantize(format, weights, [], bytes);
        var pinned = GC.AllocateArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        return StoredMatrix.At(format, rows, columns, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), pinned);
    }

    private static float[] Product(StoredMatrix weights, float[] x, float[]? bias, int rows, Backend backend, bool interleave)
    {
        using var scope = PoolScope.Open();
        var frozen = FrozenMatrix.Create(weights, backend, interleave);
        var (input, offsets) = (Tensor.From(x, [rows, weights.Columns], backend), bias is null ? default : Tensor.From(bias, [bias.Length], backend));
        var product = input.Linear(frozen, offsets).ToArray();
        Assert.Equal(product, input.Linear(frozen, offsets).ToArray()); // by now laid out anew
        return product;
    }

    private static Dictionary<string, CpuBackend> MakeBackends()
    {
        var backends = new Dictionary<string, CpuBackend> { ["best"] = new CpuBackend() };
        foreach (var kind in Enum.GetValues<ByteDotKind>())
            if (ByteDotKinds.IsSupported(kind))
                backends.Add(kind.ToString(), new CpuBackend(null, 2, kind));
        return backends;
    }
}
