using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the Llama family (Touvron et al. 2023, "LLaMA: open and efficient foundation language models").</summary>
public sealed class Llama : Model
{
    private readonly Rotary _rotary;

    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The configuration is not possible.</exception>
    public Llama(LlamaConfig config, Rng rng, Backend? backend = null)
        : this(config, new ParameterSource("", rng, backend ?? Backend.Default))
    {
    }

    internal Llama(LlamaConfig config, ParameterSource source)
    {
        config.Validate();
        Settings = config;
        Backend = source.Backend;
        _rotary = new Rotary(config.TurnedWidth, config.ContextLength, config.RotaryTheta, config.RotaryPairing, Backend, config.RotaryScaling);
        Embedding = new Embedding(source.In("embedding"), config.VocabularySize, config.Width, config.InitialDeviation);
        var blocks = source.In("blocks");
        Stack = new BlockStack([.. Enumerable.Range(0, config.LayerCount).Select(layer => new LlamaBlock(blocks.In(layer), layer, config, _rotary))]);
        FinalNorm = new RmsNorm(source.In("final_norm"), config.Width, config.NormEpsilon);
        Output = config.TiedHead ? null : new Linear(source.In("head"), config.Width, config.VocabularySize, bias: false, config.InitialDeviation);
        Head = new LanguageHead(() => Output?.Weight ?? Embedding.Weight, scale: 1 / config.LogitDivisor);
    }

    /// <summary>The configuration.</summary>
    public LlamaConfig Settings { get; }

    /// <inheritdoc/>
    public override ModelConfig Config => Settings;

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <summary>The table of token vectors.</summary>
    public Embedding Embedding { get; }

    /// <inheritdoc/>
    public override BlockStack Stack { get; }

    /// <summary>The norm after the last block.</summary>
    public RmsNorm FinalNorm { get; }

    /// <summary>The output projection, when it is not the embedding's.</summary>
    public Linear? Output { get; }

    /// <inheritdoc/>
    public override LanguageHead Head { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => Output is null ? [Embedding, Stack, FinalNorm] : [Embedding, Stack, FinalNorm, Output];

    /// <inheritdoc/>
    public override IReadOnlyList<LayerMemory> Memory =>
    [
        .. Stack.Blocks.Select(block => new LayerMemory(
            Settings.HeadCount, Settings.KeyValueHeadCount, Settings.HeadWidth, Settings.HeadWidth, Settings.WindowedLayers.Has(block.Layer) ? Settings.Window : 0)),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups =>
    [
        new(ParameterRole.Embedding, Decays: false, [.. Embedding.Parameters]),
        new(ParameterRole.Matrix, Decays: true, [.. Stack.Parameters.Where(p => p.Value.Rank >= 2)]),
        new(ParameterRole.Vector, Decays: false, [.. Stack.Parameters.Where(p => p.Value.Rank < 2), .. FinalNorm.Parameters]),
        .. Output is null ? (ParameterGroup[])[] : [new(ParameterRole.Head, Decays: false, [.. Output.Parameters])],
    ];

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass)
    {
        RequireLength(pass.LongestPosition + 1, ContextLength);
        _rotary.Prepare(pass);
        var x = pass.Tap(-1, Site.Embedding, Embedding.Forward(pass.Tokens).Scaled(Settings.EmbeddingScale));
        x = pass.Wanted(Stack.Forward(x, pass));
        return pass.Tap(-1, Site.FinalNorm, FinalNorm.Forward(x));
    }
}
