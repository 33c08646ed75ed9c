using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the Llama family (Touvron et al. 2023, "LLaMA: open and efficient foundation language models").</summary>
public sealed class Llama : DecoderModel<LlamaConfig>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Llama(LlamaConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal Llama(LlamaConfig config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(LlamaConfig config, ParameterSource source) => Parts.Turned(
        config, source, NormKind.RootMeanSquare, config.TiedHead, config.RotaryPairing,
        (part, layer, rotary) => new LlamaBlock(part, layer, config, rotary),
        layer => new(config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth, config.WindowOf(layer))) with
    {
        EmbeddingScale = config.EmbeddingScale,
        LogitScale = 1 / config.LogitDivisor,
    };
}
