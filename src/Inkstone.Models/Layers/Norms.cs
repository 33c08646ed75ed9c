using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Which normalisation a block has.</summary>
public enum NormKind
{
    /// <summary><see cref="LayerNorm"/>.</summary>
    Layer,

    /// <summary><see cref="RmsNorm"/>.</summary>
    RootMeanSquare,
}

/// <summary>A normalisation of rows over their last axis.</summary>
public abstract class Norm : Module
{
    /// <summary>The normalised rows, of the same shape.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>A norm of a kind.</summary>
    internal static Norm Of(NormKind kind, ParameterSource source, int width, double epsilon) =>
        kind == NormKind.Layer ? new LayerNorm(source, width, epsilon) : new RmsNorm(source, width, epsilon);
}

/// <summary>Norms that not every network of a family has.</summary>
internal static class OptionalNorm
{
    /// <summary>The normalised rows; the rows themselves where there is no norm.</summary>
    public static Tensor OrSame(this Norm? norm, Tensor x) => norm is null ? x : norm.Forward(x);
}

/// <summary>Layer normalisation over the last axis (Ba et al. 2016): (x − μ) / √(σ² + ε) · weight + bias.</summary>
public sealed class LayerNorm(ParameterSource source, int width, double epsilon = 1e-5) : Norm
{
    /// <summary>[width], ones at first.</summary>
    public Parameter Weight { get; } = source.Constant("weight", [width], 1);

    /// <summary>[width], zeros at first.</summary>
    public Parameter Bias { get; } = source.Constant("bias", [width], 0);

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => [Weight, Bias];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LayerNorm(Weight.Value, Bias.Value, epsilon);
}

/// <summary>Root-mean-square normalisation over the last axis (Zhang and Sennrich 2019): x / √(mean(x²) + ε) · weight.</summary>
public sealed class RmsNorm(ParameterSource source, int width, double epsilon = 1e-6) : Norm
{
    /// <summary>[width], ones at first.</summary>
    public Parameter Weight { get; } = source.Constant("weight", [width], 1);

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => [Weight];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.RmsNorm(Weight.Value, epsilon);
}
