namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// (x − μ) / √(σ² + ε) · weight + bias over the last axis, σ² the biased variance (Ba et al. 2016); weight and bias are [width] or missing.
    /// </summary>
    public Tensor LayerNorm(in Tensor weight, in Tensor bias, double epsilon = 1e-5) => LayerNormOperation.Apply(this, weight, bias, epsilon);

    /// <summary>x / √(mean(x²) + ε) · weight over the last axis (Zhang and Sennrich 2019); weight is [width] or missing.</summary>
    public Tensor RmsNorm(in Tensor weight, double epsilon = 1e-6) => RmsNormOperation.Apply(this, weight, epsilon);
}

/// <summary>Layer normalisation.</summary>
internal sealed class LayerNormOperation : Operation
{
    private Tensor _x;
    private Tensor _weight;
    private Tensor _bias;
    private Tensor _mean;
    private Tensor _reciprocal;

    public static Tensor Apply(in Tensor x, in Tensor weight, in Tensor bias, double epsilon)
    {
        NormShape.Check("layer norm", x, weight);
        NormShape.Check("layer norm", x, bias);
        var y = Tensor.Empty(x.Shape, x.Type, x.Backend);
        var mean = NormShape.PerRow(x);
        var reciprocal = NormShape.PerRow(x);
        x.Backend.LayerNorm(x, weight, bias, epsilon, y, mean, reciprocal);
        if (!Tape.IsRecording || !(Tape.Tracks(x) || NormShape.Tracks(weight) || NormShape.Tracks(bias)))
            return y;
        var operation = Tape.Add<LayerNormOperation>(x, weight, bias);
        (operation._x, operation._weight, operation._bias) = (x.AtNode(0), weight, bias);
        (operation._mean, operation._reciprocal) = (mean, reciprocal);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dx = Tensor.Empty(_x.Shape, _x.Type, _x.Backend);
        var dweight = Wants(1) ? _weight.ZerosLike() : default;
        var dbias = Wants(2) ? _bias.ZerosLike() : default;
        dx.Backend.LayerNormGradient(_x, _weight, _mean, _reciprocal, OutputGradient(), dx, dweight, dbias);
        Send(0, dx);
        if (Wants(1))
            Send(1, dweight);
        if (Wants(2))
            Send(2, dbias);
    }

    protected override void Forget() => _x = _weight = _bias = _mean = _reciprocal = default;
}

/// <summary>Root-mean-square normalisation.</summary>
internal sealed class RmsNormOperation : Operation
{
    private Tensor _x;
    private Tensor _weight;
    private Tensor _reciprocal;

    public static Tensor Apply(in Tensor x, in Tensor weight, double epsilon)
    {
        NormShape.Check("RMS norm", x, weight);
        var y = Tensor.Empty(x.Shape, x.Type, x.Backend);
        var reciprocal = NormShape.PerRow(x);
        x.Backend.RmsNorm(x, weight, epsilon, y, reciprocal);
        if (!Tape.IsRecording || !(Tape.Tracks(x) || NormShape.Tracks(weight)))
            return y;
        var operation = Tape.Add<RmsNormOperation>(x, weight);
        (operation._x, operation._weight, operation._reciprocal) = (x.AtNode(0), weight, reciprocal);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dx = Tensor.Empty(_x.Shape, _x.Type, _x.Backend);
        var dweight = Wants(1) ? _weight.ZerosLike() : default;
        dx.Backend.RmsNormGradient(_x, _weight, _reciprocal, OutputGradient(), dx, dweight);
        Send(0, dx);
        if (Wants(1))
            Send(1, dweight);
    }

    protected override void Forget() => _x = _weight = _reciprocal = default;
}

internal static class NormShape
{
    public static void Check(string operation, in Tensor x, in Tensor weight)
    {
        if (x.Rank < 1)
            throw ShapeError.Of(operation, "one axis or more", x.Shape.ToString());
        if (!weight.IsMissing)
            ShapeError.RequireShape(operation, weight, [x.Shape[-1]], "a weight or bias");
    }

    public static Tensor PerRow(in Tensor x) => Tensor.Empty(x.Shape.Without(-1), x.Type, x.Backend);

    public static bool Tracks(in Tensor weight) => !weight.IsMissing && Tape.Tracks(weight);
}
