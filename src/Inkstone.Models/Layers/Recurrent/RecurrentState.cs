using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>What the running sequences remember: the hidden rows, and the cells of an LSTM; [sequences, width] each.</summary>
internal readonly record struct RecurrentState(Tensor Hidden, Tensor Cell = default)
{
    /// <summary>The state of some of the sequences.</summary>
    public RecurrentState Slice(int start, int length) =>
        new(Hidden.Slice(0, start, length), Cell.IsMissing ? Cell : Cell.Slice(0, start, length));

    /// <summary>Side by side, as a pass keeps it.</summary>
    public Tensor Packed() => Cell.IsMissing ? Hidden : Tensor.Concatenate(1, Hidden, Cell);
}
