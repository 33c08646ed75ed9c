using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>What stands between the first two matrices of a gated feed-forward and the third: f(gate, up), element by element.</summary>
public static class GatedFunctions
{
    private const double Limit = 7;
    private const double Slope = 1.702;

    /// <summary>silu(gate) · up (Shazeer 2020).</summary>
    public static Func<Tensor, Tensor, Tensor> SwiGlu { get; } = (gate, up) => Tensor.SwiGlu(gate, up);

    /// <summary>
    /// gpt-oss (OpenAI 2025, the reference model): with g = min(gate, 7) and u = up held within [−7, 7], g · sigmoid(1.702 · g) · (u + 1).
    /// </summary>
    public static Func<Tensor, Tensor, Tensor> Clamped { get; } = (gate, up) =>
    {
        var most = Tensor.Full([], Limit, gate.Type, gate.Backend);
        var g = Tensor.Minimum(gate, most);
        var u = Tensor.Maximum(Tensor.Minimum(up, most), -most);
        return (g * Slope).Silu() * (u + 1) / Slope;
    };
}
