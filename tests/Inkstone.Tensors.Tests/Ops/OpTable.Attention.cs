using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

internal static partial class OpTable
{
    /// <summary>Sequences of the small and of the large attention cases.</summary>
    private static readonly int[] FewRows = [0, 3, 3, 7];
    private static readonly int[] ManyRows = [0, 1, 150, 231, 300];

    private static IEnumerable<OpRow> Attending()
    {
        foreach (var mask in Enum.GetValues<AttentionMask>())
            yield return Attention($"attention, {mask}", new() { Mask = mask });
        yield return Attention("attention, window", new() { Window = 3 });
        yield return Attention("attention, bidirectional window", new() { Mask = AttentionMask.Bidirectional, Window = 2 });
        yield return Attention("attention, stride", new() { Stride = 2 });
        yield return Attention("attention, window and stride", new() { Window = 2, Stride = 3 });
        yield return Attention("attention, capped", new() { SoftCap = 1.5f });
        yield return Attention("attention, scaled", new() { Scale = 0.7f });
        yield return Attention("attention, dropout", new() { Dropout = 0.3f });
        yield return Attention("attention, sinks", new(), sinks: true);
        yield return Attention("attention, slopes", new() { Bias = ScoreBias.Slopes }, bias: [4]);
        yield return Attention("attention, slopes both ways", new() { Mask = AttentionMask.Bidirectional, Bias = ScoreBias.Slopes, SoftCap = 2 }, bias: [4]);
        yield return Attention("attention, buckets", new() { Bias = ScoreBias.Buckets, MaximumBucketDistance = 16 }, bias: [8, 4]);
        yield return Attention("attention, buckets both ways", new() { Mask = AttentionMask.Bidirectional, Bias = ScoreBias.Buckets, BidirectionalBuckets = true, MaximumBucketDistance = 16 }, bias: [8, 4]);
        yield return Attention("attention, relative keys", new() { Bias = ScoreBias.RelativeKeys }, bias: [5, 0]);
        yield return Attention("attention, everything", new() { Mask = AttentionMask.Prefix, Window = 5, Stride = 3, SoftCap = 2, Bias = ScoreBias.Slopes, Dropout = 0.2f }, sinks: true, bias: [4]);
        yield return Attention("attention, segments", new() { Mask = AttentionMask.Bidirectional }, segments: true);
        yield return new("attention, cross", t => t[0].Attention(t[1], t[2], new() { Mask = AttentionMask.Bidirectional }, new TokenLayout(0, 2, 3), new TokenLayout(0, t[1].Shape[0] / 2, t[1].Shape[0])))
        {
            Small = [[N(3, 2, 2), N(5, 2, 2), N(5, 2, 3)]],
            Large = [[N(3, 4, 64), N(301, 2, 64), N(301, 2, 64)]],
        };
        yield return new("attention, values within keys", t => t[0].Attention(t[1], t[1].Slice(-1, 0, t[1].Shape[-1] - 1), new(), Layout(t[0].Shape[0], false), Layout(t[0].Shape[0], false)))
        {
            Small = [[N(7, 4, 3), N(7, 2, 3)]],
            Large = [[N(300, 4, 40), N(300, 2, 40)]],
        };
        yield return new("attention, nobody to see", t => t[0].Attention(t[1], t[2], new() { Mask = AttentionMask.Causal }, new TokenLayout(0, 3) { Positions = [0, 1, 2] }, new TokenLayout(0, 2) { Positions = [1, 2] }))
        {
            Small = [[N(3, 2, 2), N(2, 2, 2), N(2, 2, 2)], [N(3, 1, 1), N(2, 1, 1), N(2, 1, 1)]],
        };
        yield return new("attention, no rows", t => t[0].Attention(t[0], t[0], new(), new TokenLayout(0, 0), new TokenLayout(0, 0))) { Small = [[N(0, 2, 4)]] };
        yield return new("attention weights", t => t[0].AttentionWeights(t[1], new() { SoftCap = 2 }, Layout(t[0].Shape[0], false), Layout(t[0].Shape[0], false)))
        {
            Small = [[Constant(N(7, 4, 2)), Constant(N(7, 2, 2))]],
            Large = [[Constant(N(300, 4, 16)), Constant(N(300, 2, 16))]],
        };
    }

    private static OpRow Attention(string name, AttentionForm form, bool sinks = false, int[]? bias = null, bool segments = false)
    {
        OpInput[] Inputs(int rows, int width, int valueWidth)
        {
            List<OpInput> inputs = [N(rows, 4, width), N(rows, 2, width), N(rows, 2, valueWidth)];
            if (sinks)
                inputs.Add(N(4));
            if (bias is not null)
                inputs.Add(form.Bias == ScoreBias.RelativeKeys ? N(bias[0], width) : N(bias));
            return [.. inputs];
        }
        return new(name, t =>
        {
            var layout = Layout(t[0].Shape[0], segments);
            var sink = sinks ? t[3] : default;
            var table = bias is null ? default : t[^1];
            return t[0].Attention(t[1], t[2], form, layout, layout, sink, table, Rng.From(9));
        })
        {
            Small = [Inputs(7, 3, 2)],
            Large = [Inputs(300, 16, 24)],
            Tolerance = 5e-6,
            // The sums of a bias's gradient cancel; a negative slope makes scores of hundreds, and their rounding is an error of every weight.
            GradientTolerance = form.Bias == ScoreBias.Slopes ? 1e-4 : 5e-5,
        };
    }

    private static TokenLayout Layout(int rows, bool segments)
    {
        var starts = rows == 7 ? FewRows : ManyRows;
        var ranks = new int[rows];
        for (var s = 0; s + 1 < starts.Length; s++)
            for (var r = starts[s]; r < starts[s + 1]; r++)
                ranks[r] = (r - starts[s]) * 7919 % Math.Max(1, starts[s + 1] - starts[s]); // a prime step visits every rank once
        return new TokenLayout(starts)
        {
            Ranks = ranks,
            PrefixLengths = [.. starts.Skip(1).Select((_, s) => s + 1)],
            Segments = segments ? [.. Enumerable.Range(0, rows).Select(r => r / 2 % 3)] : null,
        };
    }
}
