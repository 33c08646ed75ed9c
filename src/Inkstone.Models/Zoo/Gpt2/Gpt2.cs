using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the GPT-2 family (Radford et al. 2019, "Language models are unsupervised multitask learners").</summary>
public sealed class Gpt2 : Model
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Gpt2(Gpt2Config config, Rng rng, Backend? backend = null)
        : this(config, new ParameterSource("", rng, backend ?? Backend.Default))
    {
    }

    internal Gpt2(Gpt2Config config, ParameterSource source)
    {
        config.Validate();
        Settings = config;
        Backend = source.Backend;
        Embedding = new Embedding(source.In("embedding"), config.VocabularySize, config.Width, config.InitialDeviation);
        PositionEmbedding = new Embedding(source.In("position_embedding"), config.ContextLength, config.Width, config.InitialDeviation / 2);
        var blocks = source.In("blocks");
        Stack = new BlockStack([.. Enumerable.Range(0, config.LayerCount).Select(layer => new Gpt2Block(blocks.In(layer), layer, config))]);
        FinalNorm = new LayerNorm(source.In("final_norm"), config.Width, config.NormEpsilon);
        Head = new LanguageHead(() => Embedding.Weight);
    }

    /// <summary>The configuration.</summary>
    public Gpt2Config Settings { get; }

    /// <inheritdoc/>
    public override ModelConfig Config => Settings;

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <summary>The table of token vectors, and the head's matrix.</summary>
    public Embedding Embedding { get; }

    /// <summary>The table of position vectors.</summary>
    public Embedding PositionEmbedding { get; }

    /// <inheritdoc/>
    public override BlockStack Stack { get; }

    /// <summary>The norm after the last block.</summary>
    public LayerNorm FinalNorm { get; }

    /// <inheritdoc/>
    public override LanguageHead Head { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Embedding, PositionEmbedding, Stack, FinalNorm];

    /// <inheritdoc/>
    public override IReadOnlyList<LayerMemory> Memory =>
        [.. Stack.Blocks.Select(_ => new LayerMemory(Settings.HeadCount, Settings.HeadCount, Settings.Width / Settings.HeadCount, Settings.Width / Settings.HeadCount))];

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups =>
    [
        new(ParameterRole.Embedding, Decays: false, [.. Embedding.Parameters, .. PositionEmbedding.Parameters]),
        new(ParameterRole.Matrix, Decays: true, [.. Stack.Parameters.Where(p => p.Value.Rank == 2)]),
        new(ParameterRole.Vector, Decays: false, [.. Stack.Parameters.Where(p => p.Value.Rank < 2), .. FinalNorm.Parameters]),
    ];

    /// <inheritdoc/>
    public override Tensor Enter(Pass pass)
    {
        RequireLength(pass.LongestPosition + 1, ContextLength);
        var x = Embedding.Forward(pass.Tokens) + PositionEmbedding.Forward(pass.Positions);
        return pass.Tap(-1, Site.Embedding, pass.Drop(x, Settings.EmbeddingDropout, -1, "embedding"));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass) =>
        pass.Tap(-1, Site.FinalNorm, FinalNorm.Forward(pass.Wanted(Stack.Forward(Enter(pass), pass))));
}
