namespace Inkstone.Models;

/// <summary>
/// The OLMo 2 family (OLMo Team 2025, "2 OLMo 2 Furious"): Llama's block with its norms after attention and feed-forward instead of before, and RMSNorms over all
/// queries and over all keys. With a <see cref="Window"/> it is OLMo 3.
/// </summary>
public sealed record Olmo2Config : DecoderConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static Olmo2Config Tiny { get; } = new();

    /// <summary>OLMo's ε.</summary>
    public Olmo2Config() => NormEpsilon = 1e-6;

    /// <inheritdoc/>
    public override string Family => Window > 0 ? "olmo3" : "olmo2";

    /// <summary>Key-value heads; divides <see cref="DecoderConfig.HeadCount"/>.</summary>
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

    internal override RotaryValues Rotary => new(RotaryTheta, HeadWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.InRange(nameof(Window), Window, 0, 1 << 24);
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
