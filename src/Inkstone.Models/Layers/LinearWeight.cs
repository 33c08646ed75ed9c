using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// The numbers inside a <see cref="Linear"/> or <see cref="Embedding"/>, in whatever format. A transform (quantisation, low-rank adaptation) swaps the
/// weight, never the layer; a tied table is one object.
/// </summary>
public abstract class LinearWeight : Module
{
    /// <summary>The width of what goes in.</summary>
    public abstract int InputWidth { get; }

    /// <summary>The width of what comes out; the number of rows.</summary>
    public abstract int OutputWidth { get; }

    /// <summary>x·wᵀ + bias: x [rows, input width] → [rows, output width].</summary>
    public abstract Tensor Multiply(Tensor x, Pass pass, Tensor bias = default);

    /// <summary>
    /// y[r] = x[r]·w[e(r)]ᵀ, for a weight that is a stack of experts (Shazeer et al. 2017): x [rows, input width], expertOfRow Int32 [rows], y [rows, output
    /// width]. How many rows an expert gets is data of the tensor: nothing is read back here. The pass is handed on as in <see cref="Multiply"/>.
    /// </summary>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">The weight is a single matrix.</exception>
    public abstract Tensor MultiplyGrouped(Tensor x, Tensor expertOfRow, Pass pass);

    /// <summary>Rows by number: ids Int32 [n] → [n, input width].</summary>
    public abstract Tensor Rows(Tensor ids);

    /// <summary>
    /// Σ cross-entropy(x·wᵀ + bias, targets)·scale, a scalar, without the whole logit matrix where there is no bias.
    /// </summary>
    public abstract Tensor CrossEntropy(Tensor x, Tensor targets, double scale, CrossEntropyOptions options, Tensor bias = default);

    /// <summary>Floating-point operations of one row's product: 2 · input · output.</summary>
    public long FlopsPerRow => 2L * InputWidth * OutputWidth;
}
