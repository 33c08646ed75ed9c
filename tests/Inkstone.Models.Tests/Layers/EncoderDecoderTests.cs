using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>What the golden vectors do not say of encoder and decoder blocks: ragged batches, what sees what, recomputation, options.</summary>
public sealed class EncoderDecoderTests
{
    private static readonly TransformerOptions Options = new() { Width = 16, HeadCount = 4, HiddenWidth = 24, InitialDeviation = 0.3 };
    private static readonly TokenLayout Sources = new(0, 5, 6, 13);
    private static readonly TokenLayout Targets = new(0, 2, 6, 9);

    [Fact]
    public void EverySequenceIsAsItIsAlone()
    {
        using var scope = PoolScope.Open();
        var network = Create(Options);
        var (source, target) = (Normal([13, 16], 1), Normal([9, 16], 2));
        var together = network.Forward(source, target, Pass(Sources, Targets));
        for (var s = 0; s < 3; s++)
        {
            var (from, to) = (Part(source, Sources, s), Part(target, Targets, s));
            var alone = network.Forward(from, to, Pass(new TokenLayout(0, from.Shape[0]), new TokenLayout(0, to.Shape[0])));
            TensorAssert.Close(alone, Part(together, Targets, s), 1e-13, $"sequence {s}");
        }
    }

    [Fact]
    public void ATargetRowSeesTheWholeSourceAndNothingThatComesAfterIt()
    {
        using var scope = PoolScope.Open();
        var network = Create(Options);
        using var tape = Tape.Record();
        var (source, target) = (tape.Watch(Normal([5, 16], 1)), tape.Watch(Normal([4, 16], 2)));
        var y = network.Forward(source, target, Pass(new TokenLayout(0, 5), new TokenLayout(0, 4)));
        // a row of a LayerNorm sums to nothing: squares, so that the gradient does not vanish
        tape.Backward(y.Slice(0, 1, 1) * y.Slice(0, 1, 1) * Normal([1, 16], 3));
        Assert.All(Enumerable.Range(0, 5), row => Assert.NotEqual(0, Largest(tape.Gradient(source).Slice(0, row, 1))));
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(row => Largest(tape.Gradient(target).Slice(0, row, 1)) > 0));
    }

    [Theory, InlineData(NormPlacement.After), InlineData(NormPlacement.Before)]
    public void RecomputedBlocksGiveTheSameGradients(NormPlacement placement)
    {
        // the same sums, but the decoder's blocks add to the encoder's gradient in another order
        TensorAssert.Close(Gradients(recompute: false), Gradients(recompute: true), 1e-14, "results and gradients");

        double[] Gradients(bool recompute)
        {
            using var scope = PoolScope.Open();
            var network = Create(Options with { NormPlacement = placement, Dropout = 0.1, Attention = new AttentionForm { Dropout = 0.1f } });
            network.Encoder.RecomputeBlocks = network.Decoder.RecomputeBlocks = recompute;
            using var tape = Tape.Record();
            var source = tape.Watch(Normal([13, 16], 1));
            var y = network.Forward(source, Normal([9, 16], 2), Pass(Sources, Targets, Rng.From(4)));
            tape.Backward(y, Normal([9, 16], 3));
            return [.. y.ToDoubles(), .. tape.Gradient(source).ToDoubles(), .. network.Parameters.SelectMany(p => p.Gradient.ToDoubles())];
        }
    }

    [Fact]
    public void BlocksThatShareATableOfBucketsTrainItOnce()
    {
        using var scope = PoolScope.Open();
        var options = Options with
        {
            Norm = NormKind.RootMeanSquare,
            NormPlacement = NormPlacement.Before,
            Bias = false,
            HeadWidth = 3,
            Attention = new AttentionForm { Scale = 1, Bias = ScoreBias.Buckets, BidirectionalBuckets = true },
        };
        var source = new ParameterSource("", Rng.From(5), ReferenceBackend.Double);
        var table = source.Normal("buckets", [8, options.HeadCount], 1);
        var blocks = Enumerable.Range(0, 2).Select(layer => new EncoderBlock(source.In(layer), layer, options)).ToArray();
        foreach (var block in blocks)
            block.Attention.ScoreBias = table;
        var stack = new BlockStack(blocks);
        Assert.Equal(1, stack.Parameters.Count(p => p == table));
        Assert.DoesNotContain(stack.Parameters, p => p.Name.EndsWith("bias", StringComparison.Ordinal));
        GradientCheck.Run(
            t =>
            {
                table.Set(t[0]);
                return stack.Forward(t[1], FullPass.Over(Sources, ReferenceBackend.Double));
            },
            [table.Value.Detach().Contiguous(), Normal([13, 16], 6)], wanted: [false, true]);
        using var tape = Tape.Record();
        tape.Backward(stack.Forward(Normal([13, 16], 6), FullPass.Over(Sources, ReferenceBackend.Double)), Normal([13, 16], 7));
        Assert.True(Largest(table.Gradient) > 0);
    }

    [Fact]
    public void WhatIsMissingIsNamed()
    {
        using var scope = PoolScope.Open();
        var network = Create(Options);
        var target = Normal([9, 16], 2);
        Assert.Throws<InkstoneRequestException>(() => network.Forward(Normal([13, 16], 1), target, FullPass.Over(Targets, target.Backend)));
        Assert.Contains("encoder", Assert.Throws<InkstoneRequestException>(() => network.Decode(target, Pass(Sources, Targets))).Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneRequestException>(() => Create(Options with { HeadCount = 3 }));
        Assert.Throws<InkstoneRequestException>(() => Create(Options with { Dropout = 1 }));
    }

    [Fact]
    public void TapsSeeEveryPart()
    {
        using var scope = PoolScope.Open();
        var tap = new Recorder();
        var network = Create(Options);
        var pass = FullPass.Over(Targets, ReferenceBackend.Double, taps: tap, source: FullPass.Over(Sources, ReferenceBackend.Double));
        network.Forward(Normal([13, 16], 1), Normal([9, 16], 2), pass);
        Site[] sites =
            [Site.AttentionNorm, Site.Query, Site.Attention, Site.SourceAttention, Site.SourceNorm, Site.FeedForward, Site.FeedForwardNorm, Site.Residual];
        foreach (var site in sites)
            Assert.Equal([0, 1], tap.Seen.Where(seen => seen.Site == site).Select(seen => seen.Layer));
        Assert.Contains((-1, Site.FinalNorm), tap.Seen);
    }

    private static EncoderDecoder Create(TransformerOptions options) => new(new ParameterSource("", Rng.From(8), ReferenceBackend.Double), options, 2, 2);

    private static FullPass Pass(TokenLayout sources, TokenLayout targets, Rng? random = null) =>
        FullPass.Over(targets, ReferenceBackend.Double, random, source: FullPass.Over(sources, ReferenceBackend.Double, random?.Split("source")));

    private static Tensor Part(Tensor x, TokenLayout layout, int sequence) => x.Slice(0, layout.Starts[sequence], layout.Length(sequence));

    private static double Largest(Tensor x) => x.ToDoubles().Max(Math.Abs);

    private static Tensor Normal(Shape shape, long seed) => Tensor.RandomNormal(shape, Rng.From(seed), backend: ReferenceBackend.Double);

    private sealed class Recorder : ITap
    {
        public List<(int Layer, Site Site)> Seen { get; } = [];

        public Tensor At(int layer, Site site, Tensor value)
        {
            Seen.Add((layer, site));
            return value;
        }

        public bool WantsWeights(int layer) => false;

        public void Weights(int layer, Tensor weights) => throw new InvalidOperationException("nobody asked for weights");
    }
}
