using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A gated recurrent unit (Cho et al. 2014) in PyTorch's form: gates r, z, n of the input x·Wᵀ + b and of the state u = h₀·Uᵀ + c;
/// n = tanh(xₙ + σ(xᵣ + uᵣ)·uₙ), h = (1 − z)·n + z·h₀ with z = σ(x_z + u_z).
/// </summary>
public sealed class GruLayer(ParameterSource source, int layer, int inputWidth, int width, bool bias = true, bool readsBackwards = false)
    : RecurrentLayer(source, layer, inputWidth, width, 3, bias, readsBackwards)
{
    /// <inheritdoc/>
    public override int StateWidth => Width;

    private protected override RecurrentState Step(Tensor gates, RecurrentState state, Pass pass) =>
        new(gates.GruCell(Hidden.Forward(state.Hidden, pass), state.Hidden));
}
