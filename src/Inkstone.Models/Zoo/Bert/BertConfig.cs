using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// BERT (Devlin et al. 2019, "BERT: pre-training of deep bidirectional transformers") and RoBERTa (Liu et al. 2019): an encoder with learned positions and a norm after each
/// part. RoBERTa counts positions from <see cref="FirstPosition"/> and has no token types.
/// </summary>
public sealed record BertConfig : ModelConfig
{
    private static readonly string[] RobertaNames = ["roberta", "xlm-roberta", "camembert"];

    /// <summary>The first version's base network.</summary>
    public static BertConfig Base { get; } = new();

    /// <summary>BERT's vocabulary and length.</summary>
    public BertConfig() => (VocabularySize, ContextLength) = (30_522, 512);

    /// <inheritdoc/>
    public override string Family => PublishedAs ?? (FirstPosition == 0 ? "bert" : "roberta");

    /// <summary>The family in whose names the network is written where its values alone would say another (xlm-roberta, camembert); null: as they say.</summary>
    public string? PublishedAs { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 768;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 12;

    /// <summary>Heads; divides <see cref="Width"/>.</summary>
    public int HeadCount { get; init; } = 12;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 3_072;

    /// <summary>The function inside the feed-forward.</summary>
    public UnaryFunction Activation { get; init; } = UnaryFunction.GeluErf;

    /// <summary>Kinds of token (first and second text of a pair); 0: the network has none.</summary>
    public int TokenTypeCount { get; init; } = 2;

    /// <summary>The row of the position table that a text begins with; in RoBERTa one more than the padding token's id.</summary>
    public int FirstPosition { get; init; }

    /// <summary>Whether there is a projection of each text's first row, through tanh.</summary>
    public bool HasPooler { get; init; }

    /// <summary>The share dropped of embeddings and additions to the stream, in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>The share of attention weights dropped in training.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var block = 4L * Width * (Width + 1) + 2L * Width * HiddenWidth + HiddenWidth + Width + 4L * Width;
            var tables = (long)VocabularySize + ContextLength + FirstPosition + TokenTypeCount;
            return Width * (tables + 2) + LayerCount * block + (HasPooler ? Width * (Width + 1L) : 0);
        }
    }

    /// <summary>What the blocks are made of.</summary>
    internal TransformerOptions Blocks => new()
    {
        Width = Width,
        HeadCount = HeadCount,
        HiddenWidth = HiddenWidth,
        Activation = Activation,
        NormEpsilon = NormEpsilon,
        Attention = new AttentionForm { Dropout = (float)AttentionDropout },
        Dropout = Dropout,
        InitialDeviation = InitialDeviation,
    };

    /// <inheritdoc/>
    public override ModelConfig WithContext(int length) => length <= ContextLength ? this
        : throw new InkstoneRequestException("the network has no positions that far", nameof(ContextLength), $"at most {ContextLength}", $"{length}");

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (PublishedAs is { } name && (!RobertaNames.Contains(name) || FirstPosition == 0))
            throw new InkstoneRequestException("the family's name is not known", nameof(PublishedAs), string.Join(", ", RobertaNames), name);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.InRange(nameof(TokenTypeCount), TokenTypeCount, 0, 1 << 16);
        ConfigRule.InRange(nameof(FirstPosition), FirstPosition, 0, 1 << 24);
        ConfigRule.InRange(nameof(AttentionDropout), AttentionDropout, 0, 0.99);
        Blocks.Validate();
    }
}
