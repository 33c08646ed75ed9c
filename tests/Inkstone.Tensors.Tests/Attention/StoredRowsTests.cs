using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Keys and values that are stored in less than single precision: attention is that over what they stand for, to the bit.</summary>
public sealed unsafe class StoredRowsTests
{
    public static TheoryData<RowStorage, VectorWidth> Cases
    {
        get
        {
            var cases = new TheoryData<RowStorage, VectorWidth>();
            foreach (var storage in (RowStorage[])[RowStorage.Half, RowStorage.Rounded])
                foreach (var width in Enum.GetValues<VectorWidth>())
                    cases.Add(storage, width);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void AttentionIsThatOverWhatIsStored(RowStorage storage, VectorWidth width)
    {
        var backend = new CpuBackend(width, 2);
        foreach (var (queries, keys, heads, keyHeads, size) in ((int, int, int, int, int)[])[(1, 200, 8, 2, 64), (70, 131, 4, 4, 32), (5, 64, 6, 3, 96)])
        {
            using var scope = PoolScope.Open();
            var rng = Rng.From(queries);
            var q = Tensor.RandomNormal([queries, heads, size], rng.Split("q"), 1, 0, backend);
            var (k, v) = (Stored(rng.Split("k"), [keys, keyHeads, size], storage, backend), Stored(rng.Split("v"), [keys, keyHeads, size], storage, backend));
            var layouts = (Queries: new TokenLayout([0, queries]) { Positions = [.. Enumerable.Range(keys - queries, queries)] }, Keys: new TokenLayout(0, keys));
            var form = new AttentionForm();
            var found = q.Attention(k, v, form, layouts.Queries, layouts.Keys).ToArray();
            Assert.Equal(q.Attention(k.PlainRows(), v.PlainRows(), form, layouts.Queries, layouts.Keys).ToArray(), found);
            var reference = ReferenceBackend.Single;
            var expected = On(reference, q).Attention(On(reference, k.PlainRows()), On(reference, v.PlainRows()), form, layouts.Queries, layouts.Keys).ToArray();
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], found[i], 1e-4f);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void APagedCacheIsTheSameToTheBit(RowStorage storage, VectorWidth width)
    {
        var backend = new CpuBackend(width, 2);
        foreach (var columns in (bool[])[false, true])
            foreach (var (queries, heads, keyHeads, size, special) in ((int, int, int, int, float)[])
                [(1, 8, 2, 64, 0), (1, 7, 1, 128, 0), (2, 9, 3, 64, 0), (1, 12, 1, 64, 0), (70, 4, 4, 32, 0), (1, 8, 2, 96, 0), (1, 8, 2, 64, float.PositiveInfinity), (1, 4, 2, 64, float.NaN)])
            {
                if (storage == RowStorage.Rounded && (columns || special != 0))
                    continue;
                using var scope = PoolScope.Open();
                const int keys = 200;
                int[] blocks = [3, 0, 5, 1];
                var rng = Rng.From(queries + heads);
                var q = Tensor.RandomNormal([queries, heads, size], rng.Split("q"), 1, 0, backend);
                var (k, v) = (Tensor.RandomNormal([keys, keyHeads, size], rng.Split("k"), 1, 0, backend), Tensor.RandomNormal([keys, keyHeads, size], rng.Split("v"), 1, 0, backend));
                if (special != 0)
                    foreach (var part in (Tensor[])[k, v])
                        InPlace.Fill(part.Slice(0, 77, 1).Slice(2, 3, 1), special);
                var elements = storage.Elements(size);
                var pagedKeys = columns
                    ? Tensor.Empty([6, keyHeads, elements, TokenLayout.KeyBlock], storage.Type(), backend).Transpose()
                    : Tensor.Empty([6, keyHeads, TokenLayout.KeyBlock, elements], storage.Type(), backend);
                var pagedValues = Tensor.Empty([6, keyHeads, TokenLayout.KeyBlock, elements], storage.Type(), backend);
                for (var first = 0; first < keys; first += TokenLayout.KeyBlock)
                    foreach (var (paged, plain) in ((Tensor, Tensor)[])[(pagedKeys, k), (pagedValues, v)])
                    {
                        var count = Math.Min(TokenLayout.KeyBlock, keys - first);
                        paged.Select(0, blocks[first / TokenLayout.KeyBlock]).Slice(1, 0, count).Transpose(0, 1).WriteRows(plain.Slice(0, first, count));
                    }
                var layout = new TokenLayout([0, queries]) { Positions = [.. Enumerable.Range(keys - queries, queries)] };
                var form = new AttentionForm();
                var expected = q.Attention(Stored(k, storage), Stored(v, storage), form, layout, new TokenLayout(0, keys)).ToArray();
                var pages = new TokenLayout(0, keys) { Blocks = blocks };
                var found = q.Attention(pagedKeys, pagedValues, form, layout, pages).ToArray();
                Assert.Equal(expected, found);
                Assert.Equal(special == 0, found.All(float.IsFinite));
                var reference = ReferenceBackend.Single;
                var plainKeys = On(reference, pagedKeys.PlainRows());
                var slow = On(reference, q).Attention(plainKeys, On(reference, pagedValues.PlainRows()), form, layout, pages).ToArray();
                for (var i = 0; i < slow.Length && special == 0; i++)
                    Assert.Equal(slow[i], found[i], 1e-4f);
            }
    }

    [Fact]
    public void RoundedNumbersAreNear()
    {
        using var scope = PoolScope.Open();
        var rng = Rng.From(1);
        foreach (var backend in (Backend[])[new CpuBackend(), ReferenceBackend.Single])
        {
            var plain = Tensor.RandomNormal([3, 2, 64], rng, 1, 0, backend);
            var stored = Tensor.Empty([3, 2, RowStorage.Rounded.Elements(64)], ElementType.Int32, backend);
            stored.WriteRows(plain);
            var (before, after) = (plain.ToArray(), stored.PlainRows().ToArray());
            for (var block = 0; block < before.Length; block += 32)
            {
                var largest = before.AsSpan(block, 32).ToArray().Max(MathF.Abs);
                for (var i = block; i < block + 32; i++)
                    Assert.True(MathF.Abs(before[i] - after[i]) <= largest / 127 * 0.5001f);
            }
        }
    }

    [Fact]
    public void HalvesAreTheNearest()
    {
        var numbers = new List<float>();
        for (var bits = 0; bits < 65_536; bits++)
        {
            var exact = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            numbers.AddRange([exact, MathF.BitIncrement(exact), MathF.BitDecrement(exact), exact * 1.000244f, exact * 1.00048828125f, exact * 1.0009765625f]);
        }
        var rng = Rng.From(2);
        for (ulong i = 0; i < 300_000; i++)
            numbers.Add(BitConverter.UInt32BitsToSingle(rng.WordAt(i)));
        float[] singles = [.. numbers];
        var halves = new ushort[singles.Length];
        fixed (float* source = singles)
        fixed (ushort* target = halves)
            Halves.Narrow(source, target, singles.Length);
        for (var i = 0; i < singles.Length; i++)
        {
            var half = BitConverter.UInt16BitsToHalf(halves[i]);
            if (float.IsNaN(singles[i]))
                Assert.True(Half.IsNaN(half));
            else
                Assert.Equal(BitConverter.HalfToUInt16Bits((Half)singles[i]), halves[i]);
        }
    }

    private static Tensor Stored(Rng rng, Shape shape, RowStorage storage, Backend backend) => Stored(Tensor.RandomNormal(shape, rng, 1, 0, backend), storage);

    private static Tensor Stored(Tensor plain, RowStorage storage)
    {
        var stored = Tensor.Empty(plain.Shape.With(-1, storage.Elements(plain.Shape[-1])), storage.Type(), plain.Backend);
        stored.WriteRows(plain);
        return stored;
    }

    private static Tensor On(Backend backend, Tensor x) => Tensor.From(x.ToArray(), x.Shape, backend);
}
