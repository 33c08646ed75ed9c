using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A layer that reads each sequence row after row and remembers a state of fixed size: what <see cref="Pass.Recall"/> runs.</summary>
public interface IRecurrence
{
    /// <summary>How many numbers a sequence's state has (an LSTM's: hidden and cell, twice its width).</summary>
    int StateWidth { get; }

    /// <summary>Whether each sequence is read from its last row to its first. Such a layer cannot go on where a pass ended.</summary>
    bool ReadsBackwards { get; }

    /// <summary>Reads every sequence of the pass.</summary>
    /// <param name="x">[rows, input width].</param>
    /// <param name="state">What each sequence remembers of the rows before, [sequences, state width]; missing means zeros.</param>
    /// <param name="pass">The rows' sequences.</param>
    /// <returns>The rows' results [rows, width], and what each sequence remembers after its last row, [sequences, state width].</returns>
    (Tensor Output, Tensor State) Run(Tensor x, Tensor state, Pass pass);
}
