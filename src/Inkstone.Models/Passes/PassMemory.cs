using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// What full passes hand on from segment to segment of the same sequences: the state of each recurrent layer. Truncated back-propagation through time
/// (Williams and Peng 1990) is one memory, cut off, given to the pass of each segment in turn.
/// </summary>
/// <param name="differentiable">
/// Whether gradient flows back into the segments before. Then the segments share one tape and one pool scope; else what is handed on is cut off and kept.
/// </param>
public sealed class PassMemory(bool differentiable = false)
{
    private readonly Dictionary<int, Tensor> _states = [];

    /// <summary>Whether gradient flows back into the segments before.</summary>
    public bool Differentiable { get; } = differentiable;

    /// <summary>The layers that remember something.</summary>
    public IReadOnlyCollection<int> Layers => _states.Keys;

    /// <summary>A layer's state after the last segment, [sequences, state width]; missing before the first.</summary>
    public Tensor this[int layer]
    {
        get => _states.TryGetValue(layer, out var state) ? state : default;
        set => _states[layer] = Differentiable ? value : value.Detach().Keep();
    }

    /// <summary>Forgets everything: the next segment begins its sequences.</summary>
    public void Clear() => _states.Clear();

    /// <summary>A layer's state, for a pass of this many sequences.</summary>
    internal Tensor For(int layer, int sequenceCount, int stateWidth)
    {
        var state = this[layer];
        if (!state.IsMissing && state.Shape != [sequenceCount, stateWidth])
            throw new InkstoneShapeException("the memory is of other sequences or of another layer", $"PassMemory, layer {layer}",
                $"[{sequenceCount}, {stateWidth}]", state.Shape.ToString(), "Clear the memory where new sequences begin.");
        return state;
    }
}
