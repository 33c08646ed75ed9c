using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the Llama family (Touvron et al. 2023, "LLaMA: open and efficient foundation language models").</summary>
public sealed class Llama : DecoderModel
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Llama(LlamaConfig config, Rng rng, Backend? backend = null)
        : this(config, new ParameterSource("", rng, backend ?? Backend.Default))
    {
    }

    internal Llama(LlamaConfig config, ParameterSource source)
        : base(config, source.Backend, Build(config, source)) => Settings = config;

    /// <summary>The configuration.</summary>
    public LlamaConfig Settings { get; }

    private static Parts Build(LlamaConfig config, ParameterSource source)
    {
        config.Validate();
        var rotary = new Rotary(config.TurnedWidth, config.ContextLength, config.RotaryTheta, config.RotaryPairing, source.Backend, config.RotaryScaling);
        var layers = Enumerable.Range(0, config.LayerCount);
        var blocks = source.In("blocks");
        return new(
            new Embedding(source.In("embedding"), config.VocabularySize, config.Width, config.InitialDeviation),
            new BlockStack([.. layers.Select(layer => new LlamaBlock(blocks.In(layer), layer, config, rotary))]),
            new RmsNorm(source.In("final_norm"), config.Width, config.NormEpsilon),
            config.TiedHead ? null : new Linear(source.In("head"), config.Width, config.VocabularySize, bias: false, config.InitialDeviation),
            [
                .. layers.Select(layer => new LayerMemory(
                    config.HeadCount, config.KeyValueHeadCount, config.HeadWidth, config.HeadWidth, config.WindowedLayers.Has(layer) ? config.Window : 0)),
            ])
        {
            Rotaries = [rotary],
            EmbeddingScale = config.EmbeddingScale,
            LogitScale = 1 / config.LogitDivisor,
        };
    }
}
