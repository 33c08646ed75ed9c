using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// Attention over ragged flat batches (Vaswani et al. 2017, equation 1, and its variants in <see cref="AttentionForm"/>). This tensor is the queries
    /// [query rows, heads, key width]; sequence s of the queries looks at sequence s of the keys. Scores are never stored.
    /// </summary>
    /// <param name="keys">
    /// [key rows, key-value heads, key width]; the head count divides the queries'. Where the layout has <see cref="TokenLayout.Blocks"/>,
    /// [blocks, key-value heads, <see cref="TokenLayout.KeyBlock"/>, key width].
    /// </param>
    /// <param name="values">The same with the value width.</param>
    /// <param name="form">What is constant of the layer.</param>
    /// <param name="queryLayout">How the query rows lie in sequences.</param>
    /// <param name="keyLayout">How the key rows do; as many sequences.</param>
    /// <param name="sinks">[heads], an extra score of each head's softmax that has no value; or missing.</param>
    /// <param name="bias">The tensor of <see cref="AttentionForm.Bias"/>; or missing.</param>
    /// <param name="rng">The stream of attention dropout; null drops nothing.</param>
    /// <returns>[query rows, heads, value width].</returns>
    public Tensor Attention(
        in Tensor keys, in Tensor values, AttentionForm form, TokenLayout queryLayout, TokenLayout keyLayout, in Tensor sinks = default,
        in Tensor bias = default, Rng? rng = null) =>
        AttentionOperation.Apply(this, keys, values, sinks, bias, form, queryLayout, keyLayout, rng);

    /// <summary>
    /// The weights attention would use, for looking at: [heads, query rows, longest key sequence], zero where a key is not visible, before dropout.
    /// Nothing is recorded.
    /// </summary>
    public Tensor AttentionWeights(
        in Tensor keys, AttentionForm form, TokenLayout queryLayout, TokenLayout keyLayout, in Tensor sinks = default, in Tensor bias = default)
    {
        AttentionOperation.Check(this, keys, keys, sinks, bias, form, queryLayout, keyLayout);
        var weights = Empty([_shape[1], _shape[0], keyLayout.LongestLength], Type, Backend);
        Backend.AttentionWeights(this, keys, sinks, bias, form, queryLayout, keyLayout, weights);
        return weights;
    }
}

/// <summary>Attention; the backward pass makes the weights again from the saved log-sums.</summary>
internal sealed class AttentionOperation : Operation
{
    private Tensor _q;
    private Tensor _k;
    private Tensor _v;
    private Tensor _sinks;
    private Tensor _bias;
    private Tensor _y;
    private Tensor _logSum;
    private AttentionForm _form = null!;
    private TokenLayout _queries = null!;
    private TokenLayout _keys = null!;
    private Rng? _rng;

    public static Tensor Apply(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng)
    {
        Check(q, k, v, sinks, bias, form, queries, keys);
        if (form.Dropout <= 0)
            rng = null;
        var y = Tensor.Empty([q.Shape[0], q.Shape[1], RowStorages.Width(v)], q.Type, q.Backend);
        var logSum = Tensor.Empty([q.Shape[0], q.Shape[1]], q.Type, q.Backend);
        q.Backend.Attention(q, k, v, sinks, bias, form, queries, keys, rng, y, logSum);
        if (!Tape.IsRecording || !(Tape.Tracks(q, k, v) || NormShape.Tracks(sinks) || NormShape.Tracks(bias)))
            return y;
        if (keys.Blocks is not null || RowStorages.Of(k) != RowStorage.Single)
            throw ShapeError.Of("attention", "keys that are not paged when gradients are recorded", "a paged layout");
        var operation = Tape.Add<AttentionOperation>(q, k, v, sinks, bias);
        (operation._q, operation._k, operation._v) = (q.AtNode(0), k.AtNode(0), v.AtNode(0));
        (operation._sinks, operation._bias, operation._y, operation._logSum) = (sinks, bias, y, logSum);
        (operation._form, operation._queries, operation._keys, operation._rng) = (form, queries, keys, rng);
        return operation.Output(y);
    }

    public static void Check(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys)
    {
        const string name = "attention";
        ShapeError.RequireSameBackend(name, q, k);
        ShapeError.RequireSameBackend(name, q, v);
        ShapeError.RequireRank(name, q, 3, "queries [rows, heads, width]");
        var isPaged = keys.Blocks is not null;
        ShapeError.RequireRank(name, k, isPaged ? 4 : 3, isPaged ? "keys [blocks, heads, 64, width]" : "keys [rows, heads, width]");
        ShapeError.RequireRank(name, v, isPaged ? 4 : 3, isPaged ? "values [blocks, heads, 64, width]" : "values [rows, heads, width]");
        if (isPaged && (k.Shape[2] != TokenLayout.KeyBlock || v.Shape[2] != TokenLayout.KeyBlock))
            throw ShapeError.Of(name, $"blocks of {TokenLayout.KeyBlock} keys", $"{k.Shape} and {v.Shape}");
        if (RowStorages.Of(k) != RowStorages.Of(v))
            throw ShapeError.Of(name, "keys and values stored alike", $"{k.Type} and {v.Type}");
        if (q.Shape[2] != RowStorages.Width(k) || k.Shape[0] != v.Shape[0] || k.Shape[1] != v.Shape[1])
            throw ShapeError.Of(name, $"keys and values of the same rows and heads, and keys as wide as queries {q.Shape}", $"{k.Shape} and {v.Shape}");
        if (k.Shape[1] == 0 || q.Shape[1] % k.Shape[1] != 0)
            throw ShapeError.Of(name, "query heads that are a multiple of the key-value heads", $"{q.Shape[1]} and {k.Shape[1]}");
        if (queries.SequenceCount != keys.SequenceCount)
            throw ShapeError.Of(name, $"{queries.SequenceCount} key sequences, as many as of queries", $"{keys.SequenceCount}");
        if (queries.RowCount != q.Shape[0] || (!isPaged && keys.RowCount != k.Shape[0]))
            throw ShapeError.Of(name, $"layouts of {q.Shape[0]} and {k.Shape[0]} rows", $"{queries.RowCount} and {keys.RowCount}");
        if (!sinks.IsMissing)
            ShapeError.RequireShape(name, sinks, [q.Shape[1]], "sinks");
        if (form.Bias != ScoreBias.None && bias.IsMissing)
            throw new InkstoneRequestException("the form has a score bias but its tensor is missing", name, $"a tensor for {form.Bias}");
        var fits = form.Bias switch
        {
            ScoreBias.Slopes => bias.Shape == [q.Shape[1]],
            ScoreBias.Buckets => bias.Rank == 2 && bias.Shape[1] == q.Shape[1],
            ScoreBias.RelativeKeys => bias.Rank == 2 && bias.Shape[1] == q.Shape[2] && bias.Shape[0] % 2 == 1,
            _ => true,
        };
        if (!fits)
            throw ShapeError.Of(name, $"a {form.Bias} tensor for {q.Shape[1]} heads of width {q.Shape[2]}", bias.Shape.ToString());
        if (form.Mask is AttentionMask.PermutedBefore or AttentionMask.PermutedUpTo && (queries.Ranks is null || keys.Ranks is null))
            throw new InkstoneRequestException("a permuted mask needs ranks in both layouts", name);
    }

    public override void Backward()
    {
        var backend = _q.Backend;
        var (dq, dk, dv) = (Fresh(_q), Fresh(_k), Fresh(_v));
        var dsinks = Wants(3) ? _sinks.ZerosLike() : default;
        var dbias = Wants(4) ? _bias.ZerosLike() : default;
        backend.AttentionGradient(_q, _k, _v, _sinks, _bias, _form, _queries, _keys, _rng, _y, _logSum, OutputGradient().Contiguous(), dq, dk, dv, dsinks, dbias);
        Send(0, dq);
        Send(1, dk);
        Send(2, dv);
        if (Wants(3))
            Send(3, dsinks);
        if (Wants(4))
            Send(4, dbias);
    }

    protected override void Forget()
    {
        _q = _k = _v = _sinks = _bias = _y = _logSum = default;
        (_form, _queries, _keys, _rng) = (null!, null!, null!, null);
    }

    private static Tensor Fresh(in Tensor x) => Tensor.Empty(x.Shape, x.Type, x.Backend);
}
