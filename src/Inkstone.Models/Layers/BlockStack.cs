using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The blocks of a network one after another. The only loop over blocks: recomputation (and later stages and early exits) attach here.</summary>
public sealed class BlockStack(IReadOnlyList<Block> blocks) : Module
{
    /// <summary>The blocks, first to last.</summary>
    public IReadOnlyList<Block> Blocks { get; } = blocks;

    /// <summary>Whether blocks throw their intermediates away and make them again in the backward pass.</summary>
    public bool RecomputeBlocks { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => Blocks;

    /// <summary>Floating-point operations of a row's matrix products, attention's left out.</summary>
    public long FlopsPerRow => Blocks.Sum(block => block.FlopsPerRow);

    /// <summary>Every block in turn.</summary>
    public Tensor Forward(Tensor x, Pass pass)
    {
        // by number: an enumerator of the interface would be an object a turn of serving
        var isServing = pass.BatchInvariant && pass.Taps is null && !Tape.IsRecording;
        for (var i = 0; i < Blocks.Count; i++)
            x = RecomputeBlocks ? Recomputed(Blocks[i], x, pass) : isServing ? Alone(Blocks[i], x, pass) : Blocks[i].Forward(x, pass);
        return x;
    }

    /// <summary>A block whose intermediates nobody needs once it has run: the next one computes in the same memory.</summary>
    private static Tensor Alone(Block block, Tensor x, Pass pass)
    {
        using var scope = PoolScope.Open();
        return scope.HandOver(block.Forward(x, pass));
    }

    /// <summary>A block whose intermediates are made twice. What the encoder made of the source is an input of it too: gradient flows back there.</summary>
    private static Tensor Recomputed(Block block, Tensor x, Pass pass)
    {
        if (pass.Source is not { Encoded.IsMissing: false } source)
            return Recompute.Run(inputs => block.Forward(inputs.Span[0], pass), x);
        return Recompute.Run(
            inputs =>
            {
                var encoded = source.Encoded;
                source.Encoded = inputs.Span[1];
                try
                {
                    return block.Forward(inputs.Span[0], pass);
                }
                finally
                {
                    source.Encoded = encoded;
                }
            },
            x, source.Encoded);
    }
}
