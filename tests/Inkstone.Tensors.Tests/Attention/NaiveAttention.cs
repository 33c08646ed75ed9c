namespace Inkstone.Tensors.Tests;

/// <summary>Attention and its gradient as the definitions say: double loops in double precision, all scores of a row at once.</summary>
internal static class NaiveAttention
{
    public static AttentionResult Run(AttentionCase problem)
    {
        int heads = problem.Heads, keyWidth = problem.KeyWidth, valueWidth = problem.ValueWidth, pairs = problem.KeyValueHeads;
        var form = problem.Form;
        var scale = form.Scale ?? 1 / Math.Sqrt(keyWidth);
        var (queries, keys) = (problem.QueryLayout, problem.KeyLayout);
        var y = new double[queries.RowCount * heads * valueWidth];
        var logSums = new double[queries.RowCount * heads];
        var dq = new double[queries.RowCount * heads * keyWidth];
        var dk = new double[keys.RowCount * pairs * keyWidth];
        var dv = new double[keys.RowCount * pairs * valueWidth];
        var dsinks = new double[problem.HasSinks ? heads : 0];
        var dbias = new double[problem.BiasLength];

        for (var s = 0; s < queries.SequenceCount; s++)
            for (var query = queries.Starts[s]; query < queries.Starts[s + 1]; query++)
                for (var h = 0; h < heads; h++)
                    Row(s, query, h);
        return new()
        {
            Y = Single(y),
            LogSum = Single(logSums),
            QueryGradient = Single(dq),
            KeyGradient = Single(dk),
            ValueGradient = Single(dv),
            SinkGradient = Single(dsinks),
            BiasGradient = Single(dbias),
        };

        void Row(int s, int query, int h)
        {
            var pair = h / (heads / pairs);
            var length = keys.Length(s);
            var scores = new double[length];
            var slopes = new double[length]; // of the capped score
            var kept = new double[length];
            for (var place = 0; place < length; place++)
            {
                var key = keys.Starts[s] + place;
                var score = 0.0;
                for (var i = 0; i < keyWidth; i++)
                    score += scale * Q(query, h, i) * K(s, place, pair, i);
                var distance = keys.PositionOf(key, s) - queries.PositionOf(query, s);
                score += form.Bias switch
                {
                    ScoreBias.Slopes => -problem.Bias![h] * (double)Math.Abs(distance),
                    ScoreBias.Buckets => problem.Bias![form.BucketOf(distance, problem.BiasCount) * heads + h],
                    ScoreBias.RelativeKeys => Relative(query, h, distance),
                    _ => 0,
                };
                slopes[place] = 1;
                if (form.SoftCap > 0)
                {
                    var t = Math.Tanh(score / form.SoftCap);
                    (score, slopes[place]) = (form.SoftCap * t, 1 - t * t);
                }
                scores[place] = TokenLayout.Visible(form, queries, query, keys, key, s) ? score : double.NegativeInfinity;
                kept[place] = problem.Dropout is { } rng
                    ? rng.UniformAt(((ulong)(query * heads + h) << 24) + (ulong)place) >= form.Dropout ? 1 / (1 - (double)form.Dropout) : 0
                    : 1;
            }

            var sink = problem.HasSinks ? problem.Sinks![h] : double.NegativeInfinity;
            var largest = scores.Append(sink).Max();
            var logSum = double.IsNegativeInfinity(largest) ? largest : largest + Math.Log(scores.Append(sink).Sum(x => Math.Exp(x - largest)));
            logSums[query * heads + h] = logSum;
            var weights = scores.Select(x => double.IsNegativeInfinity(x) ? 0 : Math.Exp(x - logSum)).ToArray();
            var delta = 0.0;
            var dweights = new double[length];
            for (var place = 0; place < length; place++)
                for (var i = 0; i < valueWidth; i++)
                {
                    var gradient = problem.OutputGradient[(query * heads + h) * valueWidth + i];
                    y[(query * heads + h) * valueWidth + i] += weights[place] * kept[place] * V(s, place, pair, i);
                    dweights[place] += kept[place] * gradient * V(s, place, pair, i);
                    if (keys.Blocks is null)
                        dv[((keys.Starts[s] + place) * pairs + pair) * valueWidth + i] += weights[place] * kept[place] * gradient;
                }
            for (var place = 0; place < length; place++)
                delta += weights[place] * dweights[place];
            if (problem.HasSinks)
                dsinks[h] -= Math.Exp(sink - logSum) * delta;
            if (keys.Blocks is not null)
                return;
            for (var place = 0; place < length; place++)
            {
                var key = keys.Starts[s] + place;
                var distance = keys.PositionOf(key, s) - queries.PositionOf(query, s);
                var gradient = weights[place] * (dweights[place] - delta) * slopes[place];
                for (var i = 0; i < keyWidth; i++)
                {
                    dq[(query * heads + h) * keyWidth + i] += gradient * scale * K(s, place, pair, i);
                    dk[(key * pairs + pair) * keyWidth + i] += gradient * scale * Q(query, h, i);
                }
                switch (form.Bias)
                {
                    case ScoreBias.Slopes:
                        dbias[h] -= gradient * Math.Abs(distance);
                        break;
                    case ScoreBias.Buckets:
                        dbias[form.BucketOf(distance, problem.BiasCount) * heads + h] += gradient;
                        break;
                    case ScoreBias.RelativeKeys:
                        var row = RelativeRow(distance);
                        for (var i = 0; i < keyWidth; i++)
                        {
                            dbias[row * keyWidth + i] += gradient * scale * Q(query, h, i);
                            dq[(query * heads + h) * keyWidth + i] += gradient * scale * problem.Bias![row * keyWidth + i];
                        }
                        break;
                }
            }
        }

        double Q(int row, int h, int i) => problem.Queries[(row * heads + h) * keyWidth + i];

        double K(int s, int place, int pair, int i) => problem.Keys[(MemoryRow(s, place) * pairs + pair) * keyWidth + i];

        double V(int s, int place, int pair, int i) => problem.Values[(MemoryRow(s, place) * pairs + pair) * valueWidth + i];

        int MemoryRow(int s, int place)
        {
            if (keys.Blocks is null)
                return keys.Starts[s] + place;
            var block = 0;
            for (var before = 0; before < s; before++)
                block += (keys.Length(before) + TokenLayout.KeyBlock - 1) / TokenLayout.KeyBlock;
            return keys.Blocks[block + place / TokenLayout.KeyBlock] * TokenLayout.KeyBlock + place % TokenLayout.KeyBlock;
        }

        int RelativeRow(int distance) => Math.Clamp(distance, -(problem.BiasCount / 2), problem.BiasCount / 2) + problem.BiasCount / 2;

        double Relative(int query, int h, int distance)
        {
            var sum = 0.0;
            for (var i = 0; i < keyWidth; i++)
                sum += scale * Q(query, h, i) * problem.Bias![RelativeRow(distance) * keyWidth + i];
            return sum;
        }
    }

    private static float[] Single(double[] values) => [.. values.Select(x => (float)x)];
}
