namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// The cross-entropy of each row of logits [rows, classes] with its target class (Int32 [rows]), in nats: [rows], zero where the target is the ignored
    /// one. With smoothing ε the target distribution is (1 − ε) on the target and ε spread evenly over all classes.
    /// </summary>
    public Tensor CrossEntropy(in Tensor targets, CrossEntropyOptions? options = null) =>
        CrossEntropyOperation.Apply(this, targets, options ?? new CrossEntropyOptions());
}

/// <summary>losses[r] = −Σ q ln softmax(logits[r]); dlogits = (softmax − q)·dy[r].</summary>
internal sealed class CrossEntropyOperation : Operation
{
    private Tensor _gradient;

    public static Tensor Apply(in Tensor logits, in Tensor targets, CrossEntropyOptions options)
    {
        ShapeError.RequireRank("cross-entropy", logits, 2, "logits [rows, classes]");
        ShapeError.RequireType("cross-entropy", targets, ElementType.Int32, "targets");
        ShapeError.RequireShape("cross-entropy", targets, [logits.Shape[0]], "targets");
        var losses = Tensor.Empty([logits.Shape[0]], logits.Type, logits.Backend);
        if (!Tape.Tracks(logits))
        {
            logits.Backend.CrossEntropy(logits, targets, options, null, losses);
            return losses;
        }
        var gradient = Tensor.Empty(logits.Shape, logits.Type, logits.Backend);
        gradient.Backend.Copy(logits, gradient);
        gradient.Backend.CrossEntropy(gradient, targets, options, 1, losses);
        var operation = Tape.Add<CrossEntropyOperation>(logits);
        operation._gradient = gradient;
        return operation.Output(losses);
    }

    public override void Backward() => Send(0, _gradient * OutputGradient().Unsqueeze(1));

    protected override void Forget() => _gradient = default;
}
