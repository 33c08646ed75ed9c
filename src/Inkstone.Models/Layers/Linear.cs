using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>y = x·wᵀ + b: [rows, input width] → [rows, output width].</summary>
public sealed class Linear : Module, IWeightHolder
{
    /// <summary>Makes a layer with normal weights and a bias of zeros, if it has one.</summary>
    public Linear(ParameterSource source, int inputWidth, int outputWidth, bool bias, double deviation)
    {
        Weight = new DenseWeight(source.Normal("weight", [outputWidth, inputWidth], deviation));
        Bias = bias ? source.Constant("bias", [outputWidth], 0) : null;
    }

    /// <summary>Makes a layer of parts.</summary>
    public Linear(LinearWeight weight, Parameter? bias)
    {
        Weight = weight;
        Bias = bias;
    }

    /// <summary>The matrix, in whatever format.</summary>
    public LinearWeight Weight { get; set; }

    /// <summary>The trainable matrix itself.</summary>
    /// <exception cref="InkstoneRequestException">A transform has put the weight into another format.</exception>
    public Parameter Matrix => Weight is DenseWeight dense
        ? dense.Parameter
        : throw new InkstoneRequestException("the weight is no longer a plain matrix", "Linear.Matrix", nameof(DenseWeight), Weight.GetType().Name);

    /// <summary>What is added to every row.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Weight];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => Bias is null ? [] : [Bias];

    /// <summary>Floating-point operations a row.</summary>
    public long FlopsPerRow => Weight.FlopsPerRow;

    /// <summary>The product.</summary>
    public Tensor Forward(Tensor x, Pass pass) => Weight.Multiply(x, pass, Bias?.Value ?? default);
}
