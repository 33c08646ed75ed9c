using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the usual build: table of token vectors, blocks, final norm, head. A family says what its parts are, and what a block does.</summary>
public abstract class DecoderModel : Model
{
    private readonly Parts _parts;

    private protected DecoderModel(ModelConfig config, Backend backend, Parts parts)
    {
        Config = config;
        Backend = backend;
        _parts = parts;
        Head = new LanguageHead(() => Output?.Weight ?? Embedding.Weight, parts.LogitSoftCap, parts.LogitScale, Output?.Bias);
    }

    /// <inheritdoc/>
    public override ModelConfig Config { get; }

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <summary>The table of token vectors.</summary>
    public Embedding Embedding => _parts.Embedding;

    /// <summary>The table of position vectors, where positions are learned.</summary>
    public Embedding? PositionEmbedding => _parts.PositionEmbedding;

    /// <inheritdoc/>
    public override BlockStack Stack => _parts.Stack;

    /// <summary>The norm after the last block.</summary>
    public Norm FinalNorm => _parts.FinalNorm;

    /// <summary>The output projection, when it is not the embedding's.</summary>
    public Linear? Output => _parts.Output;

    /// <inheritdoc/>
    public override LanguageHead Head { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => ((Module?[])[Embedding, PositionEmbedding, Stack, FinalNorm, Output]).OfType<Module>();

    /// <inheritdoc/>
    public override IReadOnlyList<LayerMemory> Memory => _parts.Memory;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups =>
    [
        new(ParameterRole.Embedding, Decays: false, [.. Embedding.Parameters, .. PositionEmbedding?.Parameters ?? []]),
        new(ParameterRole.Matrix, Decays: true, [.. Stack.Parameters.Where(IsMatrix)]),
        new(ParameterRole.Vector, Decays: false, [.. Stack.Parameters.Where(p => !IsMatrix(p)), .. FinalNorm.Parameters]),
        .. Output is null ? (ParameterGroup[])[] : [new(ParameterRole.Head, Decays: false, [.. Output.Parameters])],
    ];

    /// <inheritdoc/>
    public override Tensor Enter(Pass pass)
    {
        RequireLength(pass.LongestPosition + 1, ContextLength);
        foreach (var rotary in _parts.Rotaries)
            rotary.Prepare(pass);
        var x = Embedding.Forward(pass.Tokens).Scaled(_parts.EmbeddingScale);
        if (PositionEmbedding is not null)
            x += PositionEmbedding.Forward(pass.Positions);
        return pass.Tap(-1, Site.Embedding, pass.Drop(x, _parts.EmbeddingDropout, -1, "embedding"));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass) =>
        pass.Tap(-1, Site.FinalNorm, FinalNorm.Forward(pass.Wanted(Stack.Forward(Enter(pass), pass))));

    /// <summary>Whether a parameter of a block is a matrix between widths; a table of gains by head is none.</summary>
    private protected virtual bool IsMatrix(Parameter parameter) => parameter.Value.Rank >= 2;

    /// <summary>What a decoder is made of.</summary>
    private protected sealed record Parts(Embedding Embedding, BlockStack Stack, Norm FinalNorm, Linear? Output, IReadOnlyList<LayerMemory> Memory)
    {
        /// <summary>What turns queries and keys; their tables are made before the blocks run.</summary>
        public Rotary[] Rotaries { get; init; } = [];

        /// <summary>The table of position vectors, where positions are learned.</summary>
        public Embedding? PositionEmbedding { get; init; }

        /// <summary>The share of the embedded rows dropped in training.</summary>
        public double EmbeddingDropout { get; init; }

        /// <summary>What embedded rows are multiplied with.</summary>
        public double EmbeddingScale { get; init; } = 1;

        /// <summary>What the head's scores are multiplied with.</summary>
        public double LogitScale { get; init; } = 1;

        /// <summary>c of the head's c · tanh(z / c); 0 for none.</summary>
        public double LogitSoftCap { get; init; }

        /// <summary>The parts by their usual names.</summary>
        /// <param name="config">The sizes.</param>
        /// <param name="source">Where numbers come from.</param>
        /// <param name="norm">The kind of the final norm.</param>
        /// <param name="isTied">Whether the head's matrix is the embedding's.</param>
        /// <param name="newBlock">Makes a layer's block.</param>
        /// <param name="memoryOf">What a layer keeps.</param>
        /// <param name="headBias">Whether a head of its own has a bias.</param>
        public static Parts Of(
            DecoderConfig config, ParameterSource source, NormKind norm, bool isTied, Func<ParameterSource, int, Block> newBlock, Func<int, LayerMemory> memoryOf, bool headBias = false)
        {
            var layers = Enumerable.Range(0, config.LayerCount);
            var blocks = source.In("blocks");
            return new(
                new Embedding(source.In("embedding"), config.VocabularySize, config.Width, config.InitialDeviation),
                new BlockStack([.. layers.Select(layer => newBlock(blocks.In(layer), layer))]),
                Norm.Of(norm, source.In("final_norm"), config.Width, config.NormEpsilon),
                isTied ? null : new Linear(source.In("head"), config.Width, config.VocabularySize, headBias, config.InitialDeviation),
                [.. layers.Select(memoryOf)]);
        }

        /// <summary>The same where all blocks turn heads alike, as the configuration says.</summary>
        public static Parts Turned(
            DecoderConfig config, ParameterSource source, NormKind norm, bool isTied, RotaryPairing pairing, Func<ParameterSource, int, Rotary, Block> newBlock,
            Func<int, LayerMemory> memoryOf, bool headBias = false)
        {
            var rotary = new Rotary(config.Rotary!, config.ContextLength, pairing, source.Backend);
            return Of(config, source, norm, isTied, (part, layer) => newBlock(part, layer, rotary), memoryOf, headBias) with { Rotaries = [rotary] };
        }
    }
}

/// <summary>A decoder with a configuration of its family's own.</summary>
/// <typeparam name="TConfig">The configuration.</typeparam>
public abstract class DecoderModel<TConfig> : DecoderModel
    where TConfig : DecoderConfig
{
    private protected DecoderModel(TConfig config, ParameterSource source, Func<TConfig, ParameterSource, Parts> build)
        : base(config, source.Backend, Checked(config, source, build)) => Settings = config;

    /// <summary>The configuration.</summary>
    public TConfig Settings { get; }

    private static Parts Checked(TConfig config, ParameterSource source, Func<TConfig, ParameterSource, Parts> build)
    {
        config.Validate();
        return build(config, source);
    }
}
