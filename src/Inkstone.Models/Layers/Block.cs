using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>One block of a stack: [rows, width] → [rows, width]. A recurrent layer may change the width.</summary>
public abstract class Block(int layer) : Module
{
    /// <summary>The block's place in its stack, from 0.</summary>
    public int Layer { get; } = layer;

    /// <summary>What the block makes of the rows.</summary>
    public abstract Tensor Forward(Tensor x, Pass pass);

    /// <summary>Floating-point operations of a row's matrix products, attention's left out.</summary>
    public abstract long FlopsPerRow { get; }

    /// <summary>Scales that may be moved between parts of the block, as long as its weights are plain matrices.</summary>
    public virtual IReadOnlyList<ScaleFold> Folds => [];
}
