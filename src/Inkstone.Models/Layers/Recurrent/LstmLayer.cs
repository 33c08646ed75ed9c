using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): gates i, f, g, o = x·Wᵀ + b + h₀·Uᵀ + c in PyTorch's
/// order, cell = σ(f)·cell₀ + σ(i)·tanh(g), h = σ(o)·tanh(cell).
/// </summary>
public sealed class LstmLayer(ParameterSource source, int layer, int inputWidth, int width, bool bias = true, bool readsBackwards = false)
    : RecurrentLayer(source, layer, inputWidth, width, 4, bias, readsBackwards)
{
    /// <inheritdoc/>
    public override int StateWidth => 2 * Width;

    private protected override RecurrentState Step(Tensor gates, RecurrentState state, Pass pass)
    {
        var (hidden, cell) = (gates + Hidden.Forward(state.Hidden, pass)).LstmCell(state.Cell);
        return new(hidden, cell);
    }
}
