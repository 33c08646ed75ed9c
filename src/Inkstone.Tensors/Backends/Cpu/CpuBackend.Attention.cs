using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <content>Attention.</content>
public sealed partial class CpuBackend
{
    internal override void Attention(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng,
        in Tensor y, in Tensor logSum)
    {
        if (!HasDenseHeads(q) || !(HasDenseHeads(k) || AttentionProblem.HasColumns(k)) || !HasDenseHeads(v) || !HasDenseHeads(y))
            _reference.Attention(q, k, v, sinks, bias, form, queries, keys, rng, y, logSum);
        else
            CpuAttention.Forward(
                Width, _team, AttentionProblem.Of(q, k, v, sinks, bias, form, queries, keys, rng), RowView.Of(y), RowView.Of(logSum));
    }

    internal override void AttentionGradient(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng,
        in Tensor y, in Tensor logSum, in Tensor dy, in Tensor dq, in Tensor dk, in Tensor dv, in Tensor dsinks, in Tensor dbias)
    {
        if (!HasDenseHeads(q) || !HasDenseHeads(k) || !HasDenseHeads(v) || !HasDenseHeads(y) || !HasDenseHeads(dy)
            || !HasDenseHeads(dq) || !HasDenseHeads(dk) || !HasDenseHeads(dv))
            _reference.AttentionGradient(q, k, v, sinks, bias, form, queries, keys, rng, y, logSum, dy, dq, dk, dv, dsinks, dbias);
        else
            CpuAttention.Backward(
                Width, _team, AttentionProblem.Of(q, k, v, sinks, bias, form, queries, keys, rng), RowView.Of(y), RowView.Of(logSum), RowView.Of(dy),
                new()
                {
                    Queries = RowView.Of(dq),
                    Keys = RowView.Of(dk),
                    Values = RowView.Of(dv),
                    Sinks = RowView.Of(dsinks),
                    Bias = RowView.Of(dbias),
                });
    }

    internal override void AttentionWeights(
        in Tensor q, in Tensor k, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, in Tensor weights) =>
        _reference.AttentionWeights(q, k, sinks, bias, form, queries, keys, weights);

    /// <summary>Whether a head's elements lie one after another (or the tensor is missing); rows and heads may lie anywhere.</summary>
    private static bool HasDenseHeads(in Tensor x) => x.IsMissing || x.Shape[-1] <= 1 || x.Strides[x.Rank - 1] == 1;
}
