namespace Inkstone.Models;

/// <summary>
/// gpt-oss (OpenAI 2025, "gpt-oss-120b &amp; gpt-oss-20b model card"): attention with biases, a sink a head and windows in every other layer, mixtures of experts with biases and a
/// clamped gate, YaRN.
/// </summary>
public sealed record GptOssConfig : ModelConfig
{
    /// <inheritdoc/>
    public override string Family => "gpt_oss";

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 2_880;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 24;

    /// <summary>Query heads.</summary>
    public int HeadCount { get; init; } = 64;

    /// <summary>Key-value heads; divides <see cref="HeadCount"/>.</summary>
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

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

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

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HeadWidth), HeadWidth, 2, 4_096);
        ConfigRule.InRange(nameof(Window), Window, 1, 1 << 24);
        Experts.Validate();
        ConfigRule.Rotary(HeadWidth, HeadWidth, RotaryTheta, RotaryScaling);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
