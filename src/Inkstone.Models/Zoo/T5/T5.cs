using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// An encoder-decoder of the T5 family (Raffel et al. 2020). The pass is the target's; what is read lies in the pass that is its <see cref="Pass.Source"/>.
/// </summary>
public sealed class T5 : Model
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="InkstoneRequestException">The configuration is not possible.</exception>
    public T5(T5Config config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal T5(T5Config config, ParameterSource source)
    {
        config.Validate();
        Settings = config;
        Backend = source.Backend;
        Embedding = new Embedding(source.In("embedding"), config.VocabularySize, config.Width, config.InitialDeviation);
        Layers = new EncoderDecoder(source, config.Blocks, config.EncoderLayerCount, config.DecoderLayerCount);
        (EncoderBias, DecoderBias) = (Table("encoder_bias"), Table("decoder_bias"));
        foreach (var block in Layers.Encoder.Blocks.Cast<TransformerBlock>())
            block.Attention.ScoreBias = EncoderBias;
        foreach (var block in Layers.Decoder.Blocks.Cast<TransformerBlock>())
            block.Attention.ScoreBias = DecoderBias;
        Output = config.TiedHead ? null : new Linear(source.In("head"), config.Width, config.VocabularySize, bias: false, config.InitialDeviation);
        Head = new LanguageHead(() => Output?.Weight ?? Embedding.Weight, scale: config.ScaledHead ?? config.TiedHead ? 1 / Math.Sqrt(config.Width) : 1);

        Parameter Table(string name) => source.Normal(name, [config.BucketCount, config.HeadCount], config.InitialDeviation);
    }

    /// <summary>The configuration.</summary>
    public T5Config Settings { get; }

    /// <inheritdoc/>
    public override ModelConfig Config => Settings;

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <inheritdoc/>
    public override bool ReadsSource => true;

    /// <summary>The table of token vectors, of source and target alike.</summary>
    public Embedding Embedding { get; }

    /// <summary>Both stacks and their norms.</summary>
    public EncoderDecoder Layers { get; }

    /// <summary>What is added to the encoder's scores, [buckets, heads].</summary>
    public Parameter EncoderBias { get; }

    /// <summary>What is added to the decoder's scores of its own rows, [buckets, heads].</summary>
    public Parameter DecoderBias { get; }

    /// <inheritdoc/>
    /// <remarks>The decoder's.</remarks>
    public override BlockStack Stack => Layers.Decoder;

    /// <summary>The output projection, when it is not the embedding's.</summary>
    public Linear? Output { get; }

    /// <inheritdoc/>
    public override LanguageHead Head { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => Output is null ? [Embedding, Layers] : [Embedding, Layers, Output];

    /// <inheritdoc/>
    /// <remarks>Of the decoder's own rows.</remarks>
    public override IReadOnlyList<LayerMemory> Memory =>
        [.. Stack.Blocks.Select(_ => new LayerMemory(Settings.HeadCount, Settings.HeadCount, Settings.HeadWidth, Settings.HeadWidth))];

    /// <inheritdoc/>
    public override IReadOnlyList<LayerMemory> SourceMemory => Memory;

    /// <inheritdoc/>
    public override int? TargetStart => Settings.TargetStart;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups
    {
        get
        {
            Parameter[] tables = [EncoderBias, DecoderBias];
            return
            [
                new(ParameterRole.Embedding, Decays: false, [.. Embedding.Parameters, .. tables]),
                new(ParameterRole.Matrix, Decays: true, [.. Layers.Parameters.Except(tables).Where(p => p.Value.Rank == 2)]),
                new(ParameterRole.Vector, Decays: false, [.. Layers.Parameters.Where(p => p.Value.Rank < 2)]),
                .. Output is null ? (ParameterGroup[])[] : [new(ParameterRole.Head, Decays: false, [.. Output.Parameters])],
            ];
        }
    }

    /// <summary>Reads the source: what the encoder makes of each of its rows, [source rows, width]. It is left in the source's <see cref="Pass.Encoded"/>.</summary>
    public Tensor Encode(Pass source) => Layers.Encode(Embedded(source), source);

    /// <inheritdoc/>
    /// <remarks>The source is read unless it was before.</remarks>
    /// <exception cref="InkstoneRequestException">The pass has no source, and does not hold its keys and values either.</exception>
    public override Tensor Forward(Pass pass)
    {
        if (pass.Source is { Encoded.IsMissing: true } source)
            Encode(source);
        return Layers.Decode(Embedded(pass), pass);
    }

    private Tensor Embedded(Pass pass) =>
        pass.Tap(-1, Site.Embedding, pass.Drop(Embedding.Forward(pass.Tokens), Settings.Dropout, -1, "embedding"));
}
