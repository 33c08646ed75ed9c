namespace Inkstone.Models;

/// <summary>
/// The StableLM family (Bellagente et al. 2024, "Stable LM 2 1.6B technical report"): Llama's block with LayerNorms, rotary positions on a part of each head, and, in its
/// largest form, both halves side by side and norms of each head's query and key.
/// </summary>
public sealed record StableLmConfig : ModelConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static StableLmConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => "stablelm";

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

    /// <summary>Whether queries, keys and values have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether each head's query and key go through a LayerNorm with gains of the head's own.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether the feed-forward reads what attention reads.</summary>
    public bool IsParallel { get; init; }

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; }

    /// <summary>How much of a head is turned, even.</summary>
    public int RotaryWidth { get; init; } = 16;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 10_000;

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var keys = (long)KeyValueHeadCount * HeadWidth;
            var attention = Width * (2L * Width + 2 * keys) + (QueryKeyValueBias ? Width + 2 * keys : 0) + (QueryKeyNorm ? Width + keys : 0);
            var block = attention + 3L * Width * HiddenWidth + (IsParallel ? 2 : 4) * Width;
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * block + 2 * Width;
        }
    }

    internal int HeadWidth => Width / HeadCount;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.Rotary(RotaryWidth, HeadWidth, RotaryTheta, RotaryScaling);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
