using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A simple recurrent layer (Elman 1990): h = f(x·Wᵀ + b + h₀·Uᵀ + c), f the hyperbolic tangent or another elementwise function; PyTorch's <c>RNN</c>.
/// </summary>
public sealed class ElmanLayer(
    ParameterSource source, int layer, int inputWidth, int width, UnaryFunction activation = UnaryFunction.Tanh, bool bias = true, bool readsBackwards = false)
    : RecurrentLayer(source, layer, inputWidth, width, 1, bias, readsBackwards)
{
    /// <summary>The function f.</summary>
    public UnaryFunction Activation { get; } = activation;

    /// <inheritdoc/>
    public override int StateWidth => Width;

    private protected override RecurrentState Step(Tensor gates, RecurrentState state, Pass pass) =>
        new((gates + Hidden.Forward(state.Hidden, pass)).Map(Activation));
}
