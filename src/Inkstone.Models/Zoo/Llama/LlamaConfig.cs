using Inkstone.Foundation.Errors;
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
/// The Llama family: rotary positions, RMSNorm before each half of a block, grouped-query attention, gated feed-forward (Touvron et al. 2023). By its values it is
/// also Mistral (<see cref="Window"/>), Qwen 2 (<see cref="QueryKeyValueBias"/>), Qwen 3 (<see cref="QueryKeyNorm"/>), their mixtures and Mixtral
/// (<see cref="Experts"/>), SmolLM 3 (<see cref="TurnedLayers"/>), Phi-3 (<see cref="RotaryScaling"/> with
/// lists) and Granite (the four scales).
/// </summary>
public sealed record LlamaConfig : DecoderConfig
{
    /// <summary>A few million parameters; what examples and the quickstart use.</summary>
    public static LlamaConfig Tiny { get; } = new();

    /// <summary>Llama's ε.</summary>
    public LlamaConfig() => NormEpsilon = 1e-6;

    /// <inheritdoc/>
    public override string Family => PublishedAs ?? FamilyOfValues;

    /// <summary>The family in whose names the network is written where its values alone would say another; null: as they say.</summary>
    public string? PublishedAs { get; init; }

    /// <summary>Key-value heads; divides <see cref="DecoderConfig.HeadCount"/>.</summary>
    public int KeyValueHeadCount { get; init; } = 4;

    /// <summary>Width of a head, even.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 704;

    /// <summary>The feed-forward's shape.</summary>
    public FeedForwardKind FeedForward { get; init; } = FeedForwardKind.SwiGlu;

    /// <summary>A mixture of experts in the feed-forward's place; null: one feed-forward for all rows.</summary>
    public ExpertOptions? Experts { get; init; }

    /// <summary>The layers that have the mixture; the others have one feed-forward.</summary>
    public LayerPattern ExpertLayers { get; init; } = LayerPattern.All;

    /// <summary>Whether the feed-forward's matrices have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether queries, keys and values have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether each head's query and key are RMS-normalised before the turn (Henry et al. 2020).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Keys this many positions or more away are not seen (0: no limit).</summary>
    public int Window { get; init; }

    /// <summary>The layers that have the window; the others see everything.</summary>
    public LayerPattern WindowedLayers { get; init; } = LayerPattern.All;

    /// <summary>The factor of a query's product with a key; null means 1 / √head width.</summary>
    public double? AttentionScale { get; init; }

    /// <summary>What embedded rows are multiplied with.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>What each half of a block is multiplied with before it is added to the stream.</summary>
    public double ResidualScale { get; init; } = 1;

    /// <summary>What the head's scores are divided by.</summary>
    public double LogitDivisor { get; init; } = 1;

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 10_000;

    /// <summary>The layers whose queries and keys are turned at all (Yang et al. 2025, "Rope to Nope and back again").</summary>
    public LayerPattern TurnedLayers { get; init; } = LayerPattern.All;

    /// <summary>How much of a head is turned, even; null: all of it.</summary>
    public int? RotaryWidth { get; init; }

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Which elements of a head the rotary embedding pairs: the file's rows are in that order.</summary>
    public RotaryPairing RotaryPairing { get; init; } = RotaryPairing.Halves;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var (queries, keys) = ((long)HeadCount * HeadWidth, (long)KeyValueHeadCount * HeadWidth);
            var attention = Width * (2 * queries + 2 * keys) + (QueryKeyValueBias ? queries + 2 * keys : 0) + (OutputBias ? Width : 0);
            var matrices = FeedForward == FeedForwardKind.SwiGlu ? 3 : 2;
            var feedForward = (long)Width * HiddenWidth * matrices + (FeedForwardBias ? (matrices - 1L) * HiddenWidth + Width : 0);
            var mixed = Experts is null ? 0 : Enumerable.Range(0, LayerCount).Count(ExpertLayers.Has);
            var norms = 2L * Width + (QueryKeyNorm ? 2 * HeadWidth : 0);
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * (attention + norms) + (LayerCount - mixed) * feedForward
                + mixed * (Experts?.ParameterCount(Width) ?? 0) + Width;
        }
    }

    private string FamilyOfValues =>
        Experts is not null ? Experts.SharedGate ? "qwen2_moe" : QueryKeyNorm ? "qwen3_moe" : "mixtral"
        : FeedForward == FeedForwardKind.ReluSquared ? "inkstone"
        : QueryKeyNorm ? "qwen3"
        : TurnedLayers != LayerPattern.All ? "smollm3"
        : AttentionScale is not null || EmbeddingScale != 1 || ResidualScale != 1 || LogitDivisor != 1 ? "granite"
        : QueryKeyValueBias && !OutputBias ? "qwen2"
        : Window > 0 ? "mistral"
        : "llama";

    internal int WindowOf(int layer) => WindowedLayers.Has(layer) ? Window : 0;

    internal override RotaryValues Rotary => new(RotaryTheta, RotaryWidth ?? HeadWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (PublishedAs is { } name && !LlamaCheckpoint.FamilyNames.Contains(name))
            throw new InkstoneRequestException("the family's name is not known", nameof(PublishedAs), string.Join(", ", LlamaCheckpoint.FamilyNames), name);
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HeadWidth), HeadWidth, 2, 4_096);
        ConfigRule.Divides("2 (a head has pairs)", 2, nameof(HeadWidth), HeadWidth);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        Experts?.Validate();
        ConfigRule.InRange(nameof(Window), Window, 0, 1 << 24);
        ConfigRule.InRange(nameof(AttentionScale), AttentionScale ?? 1, 1e-6, 1e6);
        ConfigRule.InRange(nameof(EmbeddingScale), EmbeddingScale, 1e-6, 1e6);
        ConfigRule.InRange(nameof(ResidualScale), ResidualScale, 1e-6, 1e6);
        ConfigRule.InRange(nameof(LogitDivisor), LogitDivisor, 1e-6, 1e6);
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
