namespace Inkstone.Models;

/// <summary>
/// The OLMo 2 family (OLMo Team 2025, "2 OLMo 2 Furious"): Llama's block with its norms after attention and feed-forward instead of before, and RMSNorms over all
/// queries and over all keys. With a <see cref="Window"/> it is OLMo 3.
/// </summary>
public sealed record Olmo2Config : ModelConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static Olmo2Config Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => Window > 0 ? "olmo3" : "olmo2";

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 256;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 6;

    /// <summary>Query heads; divides <see cref="Width"/>.</summary>
    public int HeadCount { get; init; } = 4;

    /// <summary>Key-value heads; divides <see cref="HeadCount"/>.</summary>
    public int KeyValueHeadCount { get; init; } = 4;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 704;

    /// <summary>Keys this many positions or more away are not seen in windowed layers (0: no limit).</summary>
    public int Window { get; init; }

    /// <summary>The layers that have the window, where rotary frequencies are never scaled.</summary>
    public LayerPattern WindowedLayers { get; init; } = LayerPattern.All;

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; }

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 500_000;

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var keys = (long)KeyValueHeadCount * HeadWidth;
            var block = Width * (2L * Width + 2 * keys) + Width + keys + 3L * Width * HiddenWidth + 2 * Width;
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * block + Width;
        }
    }

    internal int HeadWidth => Width / HeadCount;

    internal int WindowOf(int layer) => WindowedLayers.Has(layer) ? Window : 0;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.InRange(nameof(Window), Window, 0, 1 << 24);
        ConfigRule.Rotary(HeadWidth, HeadWidth, RotaryTheta, RotaryScaling);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
