using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <content>Attention, one query and head at a time.</content>
public sealed partial class ReferenceBackend
{
    internal override void Attention(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng,
        in Tensor y, in Tensor logSum)
    {
        if (RowStorages.Of(k) != RowStorage.Single)
        {
            using var scope = PoolScope.Open();
            Attention(q, k.PlainRows(), v.PlainRows(), sinks, bias, form, queries, keys, rng, y, logSum);
            return;
        }
        var scores = new AttentionScores(q, k, bias, form, queries, keys);
        var (vs, ys, logSums) = (new Cells(v), new Cells(y), new Cells(logSum));
        for (var sequence = 0; sequence < queries.SequenceCount; sequence++)
            for (var query = queries.Starts[sequence]; query < queries.Starts[sequence + 1]; query++)
                for (var head = 0; head < q.Shape[1]; head++)
                {
                    var weights = new double[keys.Length(sequence)];
                    logSums[query * logSum.Strides[0] + head * logSum.Strides[1]] = Weigh(scores, sinks, sequence, query, head, weights);
                    for (var i = 0; i < v.Shape[-1]; i++)
                    {
                        var sum = 0.0;
                        for (var place = 0; place < weights.Length; place++)
                            if (weights[place] != 0)
                                sum += weights[place] * Kept(form, rng, q.Shape[1], query, head, place)
                                    * vs[AttentionScores.Place(v, scores.KeyRow(sequence, place), scores.KeyHead(head), i)];
                        ys[query * y.Strides[0] + head * y.Strides[1] + i * y.Strides[2]] = sum;
                    }
                }
    }

    internal override void AttentionWeights(
        in Tensor q, in Tensor stored, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, in Tensor weights)
    {
        Fill(weights, 0);
        using var scope = PoolScope.Open();
        var k = stored.PlainRows();
        var scores = new AttentionScores(q, k, bias, form, queries, keys);
        var ws = new Cells(weights);
        for (var sequence = 0; sequence < queries.SequenceCount; sequence++)
            for (var query = queries.Starts[sequence]; query < queries.Starts[sequence + 1]; query++)
                for (var head = 0; head < q.Shape[1]; head++)
                {
                    var row = new double[keys.Length(sequence)];
                    Weigh(scores, sinks, sequence, query, head, row);
                    for (var place = 0; place < row.Length; place++)
                        ws[head * weights.Strides[0] + query * weights.Strides[1] + place * weights.Strides[2]] = row[place];
                }
    }

    internal override void AttentionGradient(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng,
        in Tensor y, in Tensor logSum, in Tensor dy, in Tensor dq, in Tensor dk, in Tensor dv, in Tensor dsinks, in Tensor dbias)
    {
        var scores = new AttentionScores(q, k, bias, form, queries, keys);
        var (qs, ks, vs, dys, biases) = (new Cells(q), new Cells(k), new Cells(v), new Cells(dy), Optional(bias));
        var (heads, keyHeads, width, valueWidth) = (q.Shape[1], k.Shape[1], q.Shape[2], v.Shape[2]);
        // row-major sums in double precision, written to the results at the end
        var (qSums, kSums, vSums) = (new double[q.Count], new double[k.Count], new double[v.Count]);
        var (sinkSums, biasSums) = (new double[heads], new double[bias.IsMissing ? 0 : bias.Count]);
        for (var sequence = 0; sequence < queries.SequenceCount; sequence++)
            for (var query = queries.Starts[sequence]; query < queries.Starts[sequence + 1]; query++)
                for (var head = 0; head < heads; head++)
                {
                    var weights = new double[keys.Length(sequence)];
                    var denominator = Weigh(scores, sinks, sequence, query, head, weights);
                    var keyHead = scores.KeyHead(head);
                    // dweight = dy·v, and Σ weight·dweight, which the softmax's gradient takes away from each
                    var dweights = new double[weights.Length];
                    var common = 0.0;
                    for (var place = 0; place < weights.Length; place++)
                    {
                        if (weights[place] == 0)
                            continue;
                        var keyRow = scores.KeyRow(sequence, place);
                        var kept = Kept(form, rng, heads, query, head, place);
                        for (var i = 0; i < valueWidth; i++)
                        {
                            var gradient = dys[query * dy.Strides[0] + head * dy.Strides[1] + i * dy.Strides[2]];
                            dweights[place] += kept * gradient * vs[keyRow * v.Strides[0] + keyHead * v.Strides[1] + i * v.Strides[2]];
                            vSums[((long)keyRow * keyHeads + keyHead) * valueWidth + i] += kept * gradient * weights[place];
                        }
                        common += weights[place] * dweights[place];
                    }
                    if (!sinks.IsMissing)
                        sinkSums[head] -= Math.Exp(new Cells(sinks)[head * sinks.Strides[0]] - denominator) * common;
                    for (var place = 0; place < weights.Length; place++)
                    {
                        if (weights[place] == 0)
                            continue;
                        var dscore = weights[place] * (dweights[place] - common) * scores.CapDerivative(scores.Score(sequence, query, head, place));
                        var keyRow = scores.KeyRow(sequence, place);
                        for (var i = 0; i < width; i++)
                        {
                            qSums[((long)query * heads + head) * width + i] += scores.Scale * dscore * ks[scores.KeyPlace(keyRow, head, i)];
                            kSums[((long)keyRow * keyHeads + keyHead) * width + i] += scores.Scale * dscore * qs[scores.QueryPlace(query, head, i)];
                        }
                        switch (form.Bias)
                        {
                            case ScoreBias.Slopes:
                                biasSums[head] -= dscore * Math.Abs(scores.Relative(sequence, query, place));
                                break;
                            case ScoreBias.Buckets:
                                biasSums[scores.BiasRow(sequence, query, place) * heads + head] += dscore;
                                break;
                            case ScoreBias.RelativeKeys:
                                var row = scores.BiasRow(sequence, query, place);
                                for (var i = 0; i < width; i++)
                                {
                                    qSums[((long)query * heads + head) * width + i] += scores.Scale * dscore * biases[scores.BiasPlace(row, i)];
                                    biasSums[row * width + i] += scores.Scale * dscore * qs[scores.QueryPlace(query, head, i)];
                                }
                                break;
                        }
                    }
                }
        Fill(dq, 0);
        Fill(dk, 0);
        Fill(dv, 0);
        AddTo(dq, qSums);
        AddTo(dk, kSums);
        AddTo(dv, vSums);
        AddTo(dsinks, sinkSums);
        AddTo(dbias, biasSums);
    }

    /// <summary>
    /// Writes the softmax over the visible keys of one query and head, zero for the others, and returns the logarithm of its denominator, the
    /// sink's share included; −∞ where nothing is visible.
    /// </summary>
    private static double Weigh(in AttentionScores scores, in Tensor sinks, int sequence, int query, int head, Span<double> weights)
    {
        var sink = sinks.IsMissing ? double.NegativeInfinity : new Cells(sinks)[head * sinks.Strides[0]];
        var largest = sink;
        for (var place = 0; place < weights.Length; place++)
        {
            weights[place] = scores.Visible(sequence, query, place) ? scores.Score(sequence, query, head, place) : double.NegativeInfinity;
            largest = Math.Max(largest, weights[place]);
        }
        if (double.IsNegativeInfinity(largest))
        {
            weights.Clear();
            return largest;
        }
        var sum = Math.Exp(sink - largest);
        foreach (ref var weight in weights)
            sum += weight = Math.Exp(weight - largest);
        foreach (ref var weight in weights)
            weight /= sum;
        return largest + Math.Log(sum);
    }

    /// <summary>What dropout multiplies a weight with: zero, or one over the share that is kept.</summary>
    private static double Kept(AttentionForm form, Rng? rng, int heads, int query, int head, int place)
    {
        if (rng is not { } stream)
            return 1;
        var index = (((ulong)query * (ulong)heads + (ulong)head) << 24) + (ulong)place;
        return stream.UniformAt(index) >= form.Dropout ? 1 / (1 - (double)form.Dropout) : 0;
    }
}
