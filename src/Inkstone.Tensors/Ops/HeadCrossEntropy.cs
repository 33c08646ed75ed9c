namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// The output projection and cross-entropy in one: this tensor is hidden rows [rows, width], the head's weight is [vocabulary, width], and the result is the
    /// sum of the rows' losses in nats times <paramref name="scale"/>, a scalar. Rows go through in chunks, forward and backward at once, so that the whole logit
    /// matrix never exists: peak extra memory is one chunk of logits and, when recording, one gradient each of the hidden rows and of the weight.
    /// </summary>
    /// <param name="weight">[vocabulary, width].</param>
    /// <param name="targets">Int32 [rows].</param>
    /// <param name="scale">What the sum is multiplied with: one over the number of targets in the whole batch.</param>
    /// <param name="options">Ignored target, smoothing, soft cap.</param>
    public Tensor HeadCrossEntropy(in Tensor weight, in Tensor targets, double scale = 1, CrossEntropyOptions? options = null) =>
        HeadCrossEntropyOperation.Apply(this, weight, targets, scale, options ?? new CrossEntropyOptions());
}

/// <summary>Σ cross-entropy(hidden·weightᵀ, targets)·scale, chunk by chunk.</summary>
internal sealed class HeadCrossEntropyOperation : Operation
{
    /// <summary>Logits held at once, in elements: 8 MiB of single precision stay in the last-level cache between the passes.</summary>
    private const int ChunkElements = 2 << 20;

    private Tensor _hiddenGradient;
    private Tensor _weightGradient;

    public static Tensor Apply(in Tensor hidden, in Tensor weight, in Tensor targets, double scale, CrossEntropyOptions options)
    {
        const string name = "head cross-entropy";
        ShapeError.RequireSameBackend(name, hidden, weight);
        ShapeError.RequireRank(name, hidden, 2, "hidden rows");
        ShapeError.RequireRank(name, weight, 2, "a weight");
        ShapeError.RequireType(name, targets, ElementType.Int32, "targets");
        ShapeError.RequireShape(name, targets, [hidden.Shape[0]], "targets");
        if (hidden.Shape[1] != weight.Shape[1])
            throw ShapeError.Of(name, hidden.Shape, weight.Shape, "hidden [rows, width] and weight [vocabulary, width]");

        var backend = hidden.Backend;
        var (rows, vocabulary) = (hidden.Shape[0], weight.Shape[0]);
        var tracked = Tape.Tracks(hidden, weight);
        var wantsHidden = tracked && Tape.Tracks(hidden);
        var wantsWeight = tracked && Tape.Tracks(weight);
        var losses = Tensor.Empty([rows], hidden.Type, backend);
        var dhidden = wantsHidden ? Tensor.Empty(hidden.Shape, hidden.Type, backend) : default;
        var dweight = wantsWeight ? Tensor.Empty(weight.Shape, weight.Type, backend) : default;
        if (wantsWeight && rows == 0)
            backend.Fill(dweight, 0);
        using (Tape.Pause())
        using (PoolScope.Open())
        {
            var chunkRows = Math.Max(64, ChunkElements / Math.Max(1, vocabulary));
            var logits = Tensor.Empty([Math.Min(chunkRows, Math.Max(rows, 1)), vocabulary], hidden.Type, backend);
            for (var start = 0; start < rows; start += chunkRows)
            {
                var count = Math.Min(chunkRows, rows - start);
                var x = hidden.Slice(0, start, count);
                var z = logits.Slice(0, 0, count);
                backend.MatMul(x, weight.Transpose(), default, accumulate: false, z);
                backend.CrossEntropy(z, targets.Slice(0, start, count), options, tracked ? scale : null, losses.Slice(0, start, count));
                if (wantsHidden)
                    backend.MatMul(z, weight, default, accumulate: false, dhidden.Slice(0, start, count));
                if (wantsWeight)
                    backend.MatMul(z.Transpose(), x, default, accumulate: start > 0, dweight);
            }
        }
        var loss = losses.Sum() * scale;
        if (!tracked)
            return loss;
        var operation = Tape.Add<HeadCrossEntropyOperation>(hidden, weight);
        (operation._hiddenGradient, operation._weightGradient) = (dhidden, dweight);
        return operation.Output(loss);
    }

    public override void Backward()
    {
        var seed = OutputGradient();
        if (Wants(0))
            Send(0, _hiddenGradient * seed);
        if (Wants(1))
            Send(1, _weightGradient * seed);
    }

    protected override void Forget() => _hiddenGradient = _weightGradient = default;
}
