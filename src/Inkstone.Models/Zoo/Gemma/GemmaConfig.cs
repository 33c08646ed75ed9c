namespace Inkstone.Models;

/// <summary>Which Gemma.</summary>
public enum GemmaGeneration
{
    /// <summary>Gemma (2024): a norm before each half of a block.</summary>
    First,

    /// <summary>Gemma 2 (2024): norms before and after, soft caps, every other layer with a window.</summary>
    Second,

    /// <summary>Gemma 3 (2025), its text part: norms of queries and keys, windowed layers with a rotary base of their own.</summary>
    Third,
}

/// <summary>
/// The Gemma family (Gemma Team 2024, "Gemma: open models based on Gemini research and technology"; 2024, "Gemma 2"; 2025, "Gemma 3 technical report"): embedded rows times
/// √width, GeGLU, RMSNorms, a tied head.
/// </summary>
public sealed record GemmaConfig : DecoderConfig
{
    /// <summary>The first generation, small.</summary>
    public static GemmaConfig Tiny { get; } = new();

    /// <summary>The second generation, small.</summary>
    public static GemmaConfig Tiny2 { get; } = new()
    {
        Generation = GemmaGeneration.Second,
        Window = 128,
        WindowedLayers = LayerPattern.AllButEvery(2),
        AttentionSoftCap = 50,
        LogitSoftCap = 30,
    };

    /// <summary>The third generation, small.</summary>
    public static GemmaConfig Tiny3 { get; } = new()
    {
        Generation = GemmaGeneration.Third,
        Window = 128,
        WindowedLayers = LayerPattern.AllButEvery(6),
        RotaryTheta = 1e6,
        LocalRotaryTheta = 10_000,
    };

    /// <summary>Gemma's ε.</summary>
    public GemmaConfig() => NormEpsilon = 1e-6;

    /// <inheritdoc/>
    public override string Family => Generation switch { GemmaGeneration.First => "gemma", GemmaGeneration.Second => "gemma2", _ => "gemma3_text" };

    /// <summary>Which Gemma.</summary>
    public GemmaGeneration Generation { get; init; }

    /// <summary>Key-value heads; divides <see cref="DecoderConfig.HeadCount"/>.</summary>
    public int KeyValueHeadCount { get; init; } = 1;

    /// <summary>Width of a head, even.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 1_024;

    /// <summary>Queries are multiplied with 1 / √this; null means <see cref="HeadWidth"/>.</summary>
    public double? QueryScalar { get; init; }

    /// <summary>Attention scores are squeezed into (−cap, cap) by cap · tanh(s / cap) (0: not).</summary>
    public double AttentionSoftCap { get; init; }

    /// <summary>The head's scores are squeezed likewise (0: not).</summary>
    public double LogitSoftCap { get; init; }

    /// <summary>Keys this many positions or more away are not seen in windowed layers (0: no limit).</summary>
    public int Window { get; init; }

    /// <summary>The layers that have the window.</summary>
    public LayerPattern WindowedLayers { get; init; } = LayerPattern.All;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 10_000;

    /// <summary>The base in windowed layers, where nothing is scaled; null: as in the others.</summary>
    public double? LocalRotaryTheta { get; init; }

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var attention = (long)Width * HeadWidth * (2 * HeadCount + 2 * KeyValueHeadCount);
            var norms = (HasPostNorms ? 4L : 2L) * Width + (HasQueryKeyNorms ? 2 * HeadWidth : 0);
            return (long)VocabularySize * Width + LayerCount * (attention + 3L * Width * HiddenWidth + norms) + Width;
        }
    }

    internal bool HasPostNorms => Generation != GemmaGeneration.First;

    internal bool HasQueryKeyNorms => Generation == GemmaGeneration.Third;

    internal int WindowOf(int layer) => WindowedLayers.Has(layer) ? Window : 0;

    internal override RotaryValues Rotary => new(RotaryTheta, HeadWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HeadWidth), HeadWidth, 2, 4_096);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.InRange(nameof(QueryScalar), QueryScalar ?? HeadWidth, 1e-6, 1e9);
        ConfigRule.InRange(nameof(AttentionSoftCap), AttentionSoftCap, 0, 1e6);
        ConfigRule.InRange(nameof(LogitSoftCap), LogitSoftCap, 0, 1e6);
        ConfigRule.InRange(nameof(Window), Window, 0, 1 << 24);
        ConfigRule.Rotary(Rotary, HeadWidth);
        ConfigRule.InRange(nameof(LocalRotaryTheta), LocalRotaryTheta ?? RotaryTheta, 1, 1e12);
    }
}
