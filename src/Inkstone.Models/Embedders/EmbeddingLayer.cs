using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A layer after pooling: f(x·wᵀ + b).</summary>
public sealed class EmbeddingLayer(Linear linear, UnaryFunction? activation) : Module
{
    /// <summary>The product.</summary>
    public Linear Linear { get; } = linear;

    /// <summary>f; null: nothing.</summary>
    public UnaryFunction? Activation { get; } = activation;

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Linear];

    /// <summary>[texts, input width] → [texts, output width].</summary>
    public Tensor Forward(Tensor x, Pass pass)
    {
        var y = Linear.Forward(x, pass);
        return Activation is { } f ? y.Map(f) : y;
    }
}
