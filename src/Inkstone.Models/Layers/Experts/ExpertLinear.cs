using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>y[r] = x[r]·w[e(r)]ᵀ + b[e(r)]: a linear layer for each expert, in one weight.</summary>
public sealed class ExpertLinear : Module, IWeightHolder
{
    /// <summary>Makes experts with normal weights and biases of zeros, if they have any.</summary>
    public ExpertLinear(ParameterSource source, int experts, int inputWidth, int outputWidth, bool bias, double deviation)
    {
        Weight = new DenseWeight(source.Normal("weight", [experts, outputWidth, inputWidth], deviation));
        Stack = ((DenseWeight)Weight).Parameter;
        Bias = bias ? source.Constant("bias", [experts, outputWidth], 0) : null;
    }

    /// <summary>The stack of matrices, in whatever format.</summary>
    public LinearWeight Weight { get; set; }

    /// <summary>What is added to the rows of each expert, [experts, output width].</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Weight];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => Bias is null ? [] : [Bias];

    /// <summary>Floating-point operations a row.</summary>
    public long FlopsPerRow => Weight.FlopsPerRow;

    /// <summary>The stack as it was made, [experts, output width, input width].</summary>
    internal Parameter Stack { get; }

    /// <summary>The product of each row with its expert's matrix: x [rows, input width], experts Int32 [rows].</summary>
    public Tensor Forward(Tensor x, Tensor experts, Pass pass)
    {
        var y = Weight.MultiplyGrouped(x, experts, pass);
        return Bias is null ? y : y + Bias.Value.Rows(experts);
    }
}
