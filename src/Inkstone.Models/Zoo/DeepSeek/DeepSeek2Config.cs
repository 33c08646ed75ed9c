namespace Inkstone.Models;

/// <summary>
/// DeepSeek V2 (DeepSeek-AI 2024, "DeepSeek-V2: a strong, economical, and efficient mixture-of-experts language model"): latent attention, which keeps one vector of
/// <see cref="LatentWidth"/> and one turned key of <see cref="TurnedWidth"/> a token for all heads; a shared and routed experts after the first layers.
/// </summary>
public sealed record DeepSeek2Config : DecoderConfig
{
    /// <summary>DeepSeek V2 Lite's sizes.</summary>
    public DeepSeek2Config() => (Width, LayerCount, HeadCount, NormEpsilon) = (2_048, 27, 16, 1e-6);

    /// <inheritdoc/>
    public override string Family => "deepseek_v2";

    /// <summary>Width between the two matrices that make queries; 0: one matrix makes them.</summary>
    public int QueryRank { get; init; }

    /// <summary>Width of the vector that keys and values are made of.</summary>
    public int LatentWidth { get; init; } = 512;

    /// <summary>The part of a head's key that is not turned.</summary>
    public int PlainWidth { get; init; } = 128;

    /// <summary>The part of a head's key that is turned, even; of keys it is the same for all heads.</summary>
    public int TurnedWidth { get; init; } = 64;

    /// <summary>Width of a head's value.</summary>
    public int ValueWidth { get; init; } = 128;

    /// <summary>Width inside the feed-forward of layers without experts.</summary>
    public int HiddenWidth { get; init; } = 10_944;

    /// <summary>The experts.</summary>
    public ExpertOptions Experts { get; init; } = new() { Count = 64, Chosen = 6, HiddenWidth = 1_408, SharedHiddenWidth = 2_816, Renormalised = false };

    /// <summary>The first layer with experts.</summary>
    public int FirstExpertLayer { get; init; } = 1;

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; }

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 10_000;

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var queryWidth = (long)HeadCount * (PlainWidth + TurnedWidth);
            var queries = QueryRank > 0 ? QueryRank * (Width + queryWidth + 1) : Width * queryWidth;
            var attention = queries + (long)Width * (LatentWidth + TurnedWidth) + LatentWidth + (long)HeadCount * (LatentWidth * (PlainWidth + (long)ValueWidth) + (long)ValueWidth * Width);
            var dense = Math.Min(FirstExpertLayer, LayerCount);
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * (attention + 2L * Width) + dense * 3L * Width * HiddenWidth
                + (LayerCount - dense) * Experts.ParameterCount(Width) + Width;
        }
    }

    /// <summary>The factor of scores: 1 / √(width of a head's key), and YaRN's own.</summary>
    internal double Scale
    {
        get
        {
            var magnitude = RotaryScaling is YarnRotaryScaling { ScoreMagnitude: { } m } yarn ? yarn.MagnitudeOf(m) : 1;
            return magnitude * magnitude / Math.Sqrt(PlainWidth + TurnedWidth);
        }
    }

    internal override RotaryValues Rotary => new(RotaryTheta, TurnedWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        ConfigRule.InRange(nameof(QueryRank), QueryRank, 0, 1 << 20);
        ConfigRule.InRange(nameof(LatentWidth), LatentWidth, 1, 1 << 16);
        ConfigRule.InRange(nameof(PlainWidth), PlainWidth, 1, 4_096);
        ConfigRule.InRange(nameof(ValueWidth), ValueWidth, 1, 4_096);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.InRange(nameof(FirstExpertLayer), FirstExpertLayer, 0, 4_096);
        Experts.Validate();
        ConfigRule.Rotary(Rotary, TurnedWidth);
    }
}
