using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Two recurrent layers over the same rows, one reading forwards and one backwards, their results side by side (Schuster and Paliwal 1997):
/// [rows, input width] → [rows, width forwards + width backwards].
/// </summary>
public sealed class BidirectionalLayer : Block
{
    /// <summary>Puts two layers of one number together.</summary>
    /// <exception cref="InkstoneRequestException">The first does not read forwards, the second not backwards, or their numbers differ.</exception>
    public BidirectionalLayer(RecurrentLayer forwards, RecurrentLayer backwards)
        : base(forwards.Layer)
    {
        if (forwards.ReadsBackwards || !backwards.ReadsBackwards || forwards.Layer != backwards.Layer)
            throw new InkstoneRequestException("the two layers do not make a bidirectional one", "BidirectionalLayer",
                "one that reads forwards and one that reads backwards, of the same number");
        (Forwards, Backwards) = (forwards, backwards);
    }

    /// <summary>The layer that reads from the first row on.</summary>
    public RecurrentLayer Forwards { get; }

    /// <summary>The layer that reads from the last row back.</summary>
    public RecurrentLayer Backwards { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Forwards, Backwards];

    /// <inheritdoc/>
    public override long FlopsPerRow => Forwards.FlopsPerRow + Backwards.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Tensor.Concatenate(1, Forwards.Forward(x, pass), Backwards.Forward(x, pass));
}
