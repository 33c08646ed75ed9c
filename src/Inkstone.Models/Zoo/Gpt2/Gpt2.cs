using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the GPT-2 family (Radford et al. 2019, "Language models are unsupervised multitask learners").</summary>
public sealed class Gpt2 : DecoderModel<Gpt2Config>
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Gpt2(Gpt2Config config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal Gpt2(Gpt2Config config, ParameterSource source)
        : base(config, source, Build)
    {
    }

    private static Parts Build(Gpt2Config config, ParameterSource source) => Parts.Of(
        config, source, NormKind.Layer, isTied: true,
        (part, layer) => new Gpt2Block(part, layer, config),
        _ => new(config.HeadCount, config.HeadCount, config.HeadWidth, config.HeadWidth)) with
    {
        PositionEmbedding = new Embedding(source.In("position_embedding"), config.ContextLength, config.Width, config.InitialDeviation / 2),
        EmbeddingDropout = config.EmbeddingDropout,
    };
}
