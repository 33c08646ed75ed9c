using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>An encoder of the BERT family (Devlin et al. 2019): every row sees its whole text. Texts lie back to back without padding.</summary>
public sealed class Bert : Model
{
    /// <summary>Builds the network with first values drawn from a stream.</summary>
    /// <exception cref="InkstoneRequestException">The configuration is not possible.</exception>
    public Bert(BertConfig config, Rng rng, Backend? backend = null)
        : this(config, ParameterSource.Root(rng, backend))
    {
    }

    internal Bert(BertConfig config, ParameterSource source)
    {
        config.Validate();
        Settings = config;
        Backend = source.Backend;
        Embedding = NewTable("embedding", config.VocabularySize);
        PositionEmbedding = NewTable("position_embedding", config.ContextLength + config.FirstPosition);
        TypeEmbedding = config.TokenTypeCount > 0 ? NewTable("type_embedding", config.TokenTypeCount) : null;
        EmbeddingNorm = new LayerNorm(source.In("embedding_norm"), config.Width, config.NormEpsilon);
        var (blocks, options) = (source.In("blocks"), config.Blocks);
        Stack = new BlockStack([.. Enumerable.Range(0, config.LayerCount).Select(layer => new EncoderBlock(blocks.In(layer), layer, options))]);
        Pooler = config.HasPooler ? new Linear(source.In("pooler"), config.Width, config.Width, bias: true, config.InitialDeviation) : null;
        Head = new LanguageHead(() => Embedding.Weight);

        Embedding NewTable(string name, int count) => new(source.In(name), count, config.Width, config.InitialDeviation);
    }

    /// <summary>The configuration.</summary>
    public BertConfig Settings { get; }

    /// <inheritdoc/>
    public override ModelConfig Config => Settings;

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <summary>The table of token vectors.</summary>
    public Embedding Embedding { get; }

    /// <summary>The table of position vectors, from <see cref="BertConfig.FirstPosition"/> on.</summary>
    public Embedding PositionEmbedding { get; }

    /// <summary>The table of vectors by kind of token, if there is one.</summary>
    public Embedding? TypeEmbedding { get; }

    /// <summary>The norm of the three vectors' sum.</summary>
    public LayerNorm EmbeddingNorm { get; }

    /// <inheritdoc/>
    public override BlockStack Stack { get; }

    /// <summary>The projection of first rows, if there is one.</summary>
    public Linear? Pooler { get; }

    /// <inheritdoc/>
    /// <remarks>Products with the table of token vectors; the published networks' further layers between the two are not read.</remarks>
    public override LanguageHead Head { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        [Embedding, PositionEmbedding, .. TypeEmbedding is null ? (Module[])[] : [TypeEmbedding], EmbeddingNorm, Stack, .. Pooler is null ? (Module[])[] : [Pooler]];

    /// <inheritdoc/>
    /// <remarks>An encoder keeps nothing; this is what attention costs.</remarks>
    public override IReadOnlyList<LayerMemory> Memory =>
        [.. Stack.Blocks.Select(_ => new LayerMemory(Settings.HeadCount, Settings.HeadCount, Settings.Width / Settings.HeadCount, Settings.Width / Settings.HeadCount))];

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups
    {
        get
        {
            Parameter[] tables = [.. Embedding.Parameters, .. PositionEmbedding.Parameters, .. TypeEmbedding?.Parameters ?? []];
            return
            [
                new(ParameterRole.Embedding, Decays: false, tables),
                new(ParameterRole.Matrix, Decays: true, [.. Parameters.Except(tables).Where(p => p.Value.Rank == 2)]),
                new(ParameterRole.Vector, Decays: false, [.. Parameters.Except(tables).Where(p => p.Value.Rank < 2)]),
            ];
        }
    }

    /// <inheritdoc/>
    /// <remarks>Every token is of the first kind.</remarks>
    public override Tensor Forward(Pass pass) => Forward(pass, default);

    /// <summary>The hidden rows after the last block, [rows, width].</summary>
    /// <param name="pass">The texts.</param>
    /// <param name="types">Each row's kind, Int32 [rows]; missing: all are of the first.</param>
    public Tensor Forward(Pass pass, Tensor types)
    {
        RequireLength(pass.LongestPosition + 1, ContextLength);
        var x = Embedding.Forward(pass.Tokens) + PositionEmbedding.Forward(Positions(pass));
        if (TypeEmbedding is not null)
            x += TypeEmbedding.Forward(types.IsMissing ? Tensor.Zeros([pass.RowCount], ElementType.Int32, Backend) : types);
        x = pass.Tap(-1, Site.Embedding, pass.Drop(EmbeddingNorm.Forward(x), Settings.Dropout, -1, "embedding"));
        return pass.Tap(-1, Site.FinalNorm, pass.Wanted(Stack.Forward(x, pass)));
    }

    /// <summary>tanh(pooler(first row)) of every text: [texts, width].</summary>
    /// <param name="hidden">What <see cref="Forward(Pass)"/> gave for all rows.</param>
    /// <param name="pass">The same pass.</param>
    /// <exception cref="InkstoneRequestException">The network has no pooler.</exception>
    public Tensor Pool(Tensor hidden, Pass pass)
    {
        if (Pooler is null)
            throw new InkstoneRequestException("the network has no pooler", "Bert.Pool", "HasPooler = true");
        var first = Tensor.From(pass.Layout.Starts[..^1], [pass.Layout.SequenceCount], Backend);
        return Pooler.Forward(hidden.Rows(first), pass).Tanh();
    }

    private Tensor Positions(Pass pass)
    {
        if (Settings.FirstPosition == 0)
            return pass.Positions;
        var positions = new int[pass.RowCount];
        for (var text = 0; text < pass.Layout.SequenceCount; text++)
            for (var row = pass.Layout.Starts[text]; row < pass.Layout.Starts[text + 1]; row++)
                positions[row] = pass.Layout.PositionOf(row, text) + Settings.FirstPosition;
        return Tensor.From(positions, [positions.Length], Backend);
    }
}
