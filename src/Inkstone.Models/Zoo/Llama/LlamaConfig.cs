using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The shape of a feed-forward layer.</summary>
public enum FeedForwardKind
{
    /// <summary>down(silu(gate) · up), three matrices (Shazeer 2020).</summary>
    SwiGlu,

    /// <summary>down(max(up, 0)²), two matrices (So et al. 2021).</summary>
    ReluSquared,
}

/// <summary>
/// The Llama family: rotary positions, RMSNorm before each half of a block, grouped-query attention, gated feed-forward (Touvron et al. 2023). With
/// <see cref="QueryKeyNorm"/> it is Qwen 3's form.
/// </summary>
public sealed record LlamaConfig : ModelConfig
{
    /// <summary>A few million parameters; what examples and the quickstart use.</summary>
    public static LlamaConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family =>
        Experts is { SharedHiddenWidth: > 0 } ? "qwen2_moe"
        : Experts is not null ? QueryKeyNorm ? "qwen3_moe" : "mixtral"
        : FeedForward == FeedForwardKind.ReluSquared ? "inkstone"
        : QueryKeyNorm ? "qwen3"
        : "llama";

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 256;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 6;

    /// <summary>Query heads.</summary>
    public int HeadCount { get; init; } = 4;

    /// <summary>Key-value heads; divides <see cref="HeadCount"/>.</summary>
    public int KeyValueHeadCount { get; init; } = 4;

    /// <summary>Width of a head, even.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 704;

    /// <summary>The feed-forward's shape.</summary>
    public FeedForwardKind FeedForward { get; init; } = FeedForwardKind.SwiGlu;

    /// <summary>A mixture of experts in the feed-forward's place; null: one feed-forward for all rows.</summary>
    public ExpertOptions? Experts { get; init; }

    /// <summary>Whether each head's query and key are RMS-normalised before the turn (Henry et al. 2020).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 10_000;

    /// <summary>Which elements of a head the rotary embedding pairs: the file's rows are in that order.</summary>
    public RotaryPairing RotaryPairing { get; init; } = RotaryPairing.Halves;

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var attention = (long)Width * HeadWidth * (2 * HeadCount + 2 * KeyValueHeadCount);
            var feedForward = (long)Width * HiddenWidth * (FeedForward == FeedForwardKind.SwiGlu ? 3 : 2);
            if (Experts is not null)
                feedForward = Experts.ParameterCount(Width);
            var norms = 2L * Width + (QueryKeyNorm ? 2 * HeadWidth : 0);
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * (attention + feedForward + norms) + Width;
        }
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HeadWidth), HeadWidth, 2, 4_096);
        ConfigRule.Divides("2 (a head has pairs)", 2, nameof(HeadWidth), HeadWidth);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        Experts?.Validate();
        ConfigRule.InRange(nameof(RotaryTheta), RotaryTheta, 1, 1e12);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
