using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Sees every named intermediate of a pass, and may change it.</summary>
public interface ITap
{
    /// <summary>Called with an intermediate; what it returns takes its place.</summary>
    Tensor At(int layer, Site site, Tensor value);

    /// <summary>Whether the attention weights of a layer are wanted; then the explicit kernel computes them too.</summary>
    bool WantsWeights(int layer);

    /// <summary>Called with a layer's attention weights, [heads, query rows, longest key sequence].</summary>
    void Weights(int layer, Tensor weights);
}
