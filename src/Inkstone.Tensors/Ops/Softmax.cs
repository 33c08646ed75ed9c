namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>e^x / Σ e^x along an axis, computed from x − max x.</summary>
    public Tensor Softmax(int axis = -1) => SoftmaxOperation.Along(this, axis, logarithm: false);

    /// <summary>x − ln Σ e^x along an axis.</summary>
    public Tensor LogSoftmax(int axis = -1) => SoftmaxOperation.Along(this, axis, logarithm: true);
}

/// <summary>y = softmax(x) over the last axis: dx = y(dy − Σ dy·y); its logarithm: dx = dy − e^y Σ dy.</summary>
internal sealed class SoftmaxOperation : Operation
{
    private Tensor _y;
    private bool _logarithm;

    public static Tensor Along(in Tensor x, int axis, bool logarithm)
    {
        axis = x.Shape.ResolveAxis(axis);
        return axis == x.Rank - 1 ? Apply(x, logarithm) : Apply(x.Transpose(axis, -1), logarithm).Transpose(axis, -1);
    }

    public override void Backward()
    {
        var dx = _y.EmptyLike();
        dx.Backend.SoftmaxGradient(_y, OutputGradient(), _logarithm, dx);
        Send(0, dx);
    }

    protected override void Forget() => _y = default;

    private static Tensor Apply(in Tensor x, bool logarithm)
    {
        var y = x.EmptyLike();
        x.Backend.Softmax(x, logarithm, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<SoftmaxOperation>(x);
        (operation._y, operation._logarithm) = (y, logarithm);
        return operation.Output(y);
    }
}
