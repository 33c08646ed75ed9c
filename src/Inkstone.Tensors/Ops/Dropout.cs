using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// Each element set to zero with probability <paramref name="share"/> and otherwise divided by 1 − share (Srivastava et al. 2014). The choice is a
    /// function of the stream and the element's index alone, so the backward pass draws it again.
    /// </summary>
    public Tensor Dropout(double share, Rng rng) => share <= 0 ? this : DropoutOperation.Apply(this, share, rng);
}

/// <summary>Dropout; the gradient is dropped alike.</summary>
internal sealed class DropoutOperation : Operation
{
    private double _share;
    private Rng _rng;

    public static Tensor Apply(in Tensor x, double share, Rng rng)
    {
        if (share is not (>= 0 and < 1))
            throw ShapeError.Of("dropout", "a share in [0, 1)", $"{share}");
        var y = x.EmptyLike();
        x.Backend.Dropout(x, share, rng, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<DropoutOperation>(x);
        (operation._share, operation._rng) = (share, rng);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var dx = dy.EmptyLike();
        dx.Backend.Dropout(dy, _share, _rng, dx);
        Send(0, dx);
    }

    protected override void Forget()
    {
    }
}
