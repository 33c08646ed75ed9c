namespace Inkstone.Models;

/// <summary>What a layer keeps of each token, or of each sequence, while a sequence is served, and what attention over it costs.</summary>
/// <param name="HeadCount">Query heads.</param>
/// <param name="KeyValueHeadCount">Heads of keys and values.</param>
/// <param name="KeyWidth">Width of a key.</param>
/// <param name="ValueWidth">Width of a value.</param>
/// <param name="Window">Keys this many positions away are no longer needed (0: all are).</param>
/// <param name="StateWidth">Numbers of recurrent state a sequence (0: the layer has none).</param>
public sealed record LayerMemory(int HeadCount, int KeyValueHeadCount, int KeyWidth, int ValueWidth, int Window = 0, int StateWidth = 0)
{
    /// <summary>The memory of a recurrent layer: a state of fixed size a sequence, no keys and values.</summary>
    public static LayerMemory Recurrent(int stateWidth) => new(0, 0, 0, 0, StateWidth: stateWidth);

    /// <summary>
    /// Floating-point operations of one token's causal attention, averaged over a sequence of a length: half of 2 · length · (key + value width) a head.
    /// </summary>
    public double AttentionFlops(int sequenceLength)
    {
        var span = Window > 0 && Window < sequenceLength ? Window - (double)Window * Window / (2.0 * sequenceLength) : sequenceLength / 2.0;
        return 2.0 * span * HeadCount * (KeyWidth + ValueWidth);
    }
}
