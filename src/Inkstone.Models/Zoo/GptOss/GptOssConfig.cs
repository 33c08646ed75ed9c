namespace Inkstone.Models;

/// <summary>
/// gpt-oss (OpenAI 2025, "gpt-oss-120b &amp; gpt-oss-20b model card"): attention with biases, a sink a head and windows in every other layer, mixtures of experts with biases and a
/// clamped gate, YaRN.
/// </summary>
public sealed record GptOssConfig : DecoderConfig
{
    /// <summary>The smaller network's sizes.</summary>
    public GptOssConfig() => (Width, LayerCount, HeadCount) = (2_880, 24, 64);

    /// <inheritdoc/>
    public override string Family => "gpt_oss";

    /// <summary>Key-value heads; divides <see cref="DecoderConfig.HeadCount"/>.</summary>
    public int KeyValueHeadCount { get; init; } = 8;

    /// <summary>Width of a head, even.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>The experts.</summary>
    public ExpertOptions Experts { get; init; } = new() { Count = 32, Chosen = 4, HiddenWidth = 2_880, Clamped = true };

    /// <summary>Keys this many positions or more away are not seen in <see cref="WindowedLayers"/>.</summary>
    public int Window { get; init; } = 128;

    /// <summary>The layers that have the window; the others see everything.</summary>
    public LayerPattern WindowedLayers { get; init; } = LayerPattern.AllButEvery(2);

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 150_000;

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; }

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var (queries, keys) = ((long)HeadCount * HeadWidth, (long)KeyValueHeadCount * HeadWidth);
            var attention = Width * (2 * queries + 2 * keys) + queries + 2 * keys + Width + HeadCount;
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * (attention + Experts.ParameterCount(Width) + 2L * Width) + Width;
        }
    }

    /// <summary>The window of a layer; 0: none.</summary>
    public int WindowOf(int layer) => WindowedLayers.Has(layer) ? Window : 0;

    internal override RotaryValues Rotary => new(RotaryTheta, HeadWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HeadWidth), HeadWidth, 2, 4_096);
        ConfigRule.InRange(nameof(Window), Window, 1, 1 << 24);
        Experts.Validate();
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
