using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>XLNet's two streams: the second asks the keys that the first was given.</summary>
public sealed class SecondStreamTests
{
    private const int HeadCount = 4;
    private const int KeyWidth = 3;
    private const int ValueWidth = 5;

    private static readonly AttentionForm Content = new() { Mask = AttentionMask.PermutedUpTo };
    private static readonly AttentionForm Query = new() { Mask = AttentionMask.PermutedBefore };

    private static readonly TokenLayout Layout = new(0, 5, 9) { Ranks = [3, 0, 4, 1, 2, 2, 3, 1, 0] };

    [Fact]
    public void AgreesWithANaivePermutedMask()
    {
        foreach (var backend in (Backend[])[ReferenceBackend.Single, ReferenceBackend.Double, Backend.Default])
        {
            using var scope = PoolScope.Open();
            var (h, g, k, v) = Streams(backend);
            var pass = FullPass.Over(Layout, backend);
            var content = pass.Attend(0, h, k, v, Content);
            var query = pass.AttendAgain(0, g, Query);
            TensorAssert.Close(Naive(h, k, v, (q, key) => key <= q), content.ToDoubles(), 1e-6, $"content stream, {backend.Name}");
            TensorAssert.Close(Naive(g, k, v, (q, key) => key < q), query.ToDoubles(), 1e-6, $"query stream, {backend.Name}");
        }
    }

    [Fact]
    public void GradientsReachTheKeysThroughBothStreams()
    {
        var (h, g, k, v) = Streams(ReferenceBackend.Double);
        GradientCheck.Run(
            t =>
            {
                var pass = FullPass.Over(Layout, ReferenceBackend.Double);
                return pass.Attend(0, t[0], t[2], t[3], Content) * pass.AttendAgain(0, t[1], Query);
            },
            [h, g, k, v]);
    }

    [Fact]
    public void WithoutKeysOfItsLayerItIsRefused()
    {
        using var scope = PoolScope.Open();
        var (h, g, k, v) = Streams(ReferenceBackend.Double);
        var pass = FullPass.Over(Layout, ReferenceBackend.Double);
        Assert.Throws<InkstoneRequestException>(() => pass.AttendAgain(0, g, Query));
        pass.Attend(0, h, k, v, Content);
        Assert.Throws<InkstoneRequestException>(() => pass.AttendAgain(1, g, Query));
    }

    /// <summary>Both streams' queries, keys of half as many heads, and values; the same numbers on every backend.</summary>
    private static (Tensor Content, Tensor Query, Tensor Keys, Tensor Values) Streams(Backend backend)
    {
        Tensor Normal(long seed, int heads, int width)
        {
            var numbers = Tensor.RandomNormal([Layout.RowCount, heads, width], Rng.From(seed), backend: ReferenceBackend.Single);
            return Tensor.From(numbers.ToArray(), numbers.Shape, backend);
        }
        return (Normal(1, HeadCount, KeyWidth), Normal(2, HeadCount, KeyWidth), Normal(3, HeadCount / 2, KeyWidth), Normal(4, HeadCount / 2, ValueWidth));
    }

    private static double[] Naive(Tensor queries, Tensor keys, Tensor values, Func<int, int, bool> visible)
    {
        var (q, k, v) = (queries.ToDoubles(), keys.ToDoubles(), values.ToDoubles());
        var y = new double[Layout.RowCount * HeadCount * ValueWidth];
        for (var s = 0; s < Layout.SequenceCount; s++)
            for (var row = Layout.Starts[s]; row < Layout.Starts[s + 1]; row++)
                for (var head = 0; head < HeadCount; head++)
                {
                    var weights = new Dictionary<int, double>();
                    for (var key = Layout.Starts[s]; key < Layout.Starts[s + 1]; key++)
                        if (visible(Layout.Ranks![row], Layout.Ranks[key]))
                            weights[key] = Math.Exp(Enumerable.Range(0, KeyWidth).Sum(i =>
                                q[(row * HeadCount + head) * KeyWidth + i] * k[(key * (HeadCount / 2) + head / 2) * KeyWidth + i]) / Math.Sqrt(KeyWidth));
                    foreach (var (key, weight) in weights)
                        for (var i = 0; i < ValueWidth; i++)
                            y[(row * HeadCount + head) * ValueWidth + i] += weight / weights.Values.Sum() * v[(key * (HeadCount / 2) + head / 2) * ValueWidth + i];
                }
        return y;
    }
}
