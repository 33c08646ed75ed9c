namespace Inkstone.Models;

/// <summary>
/// The StableLM family (Bellagente et al. 2024, "Stable LM 2 1.6B technical report"): Llama's block with LayerNorms, rotary positions on a part of each head, and, in its
/// largest form, both halves side by side and norms of each head's query and key.
/// </summary>
public sealed record StableLmConfig : DecoderConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static StableLmConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => "stablelm";

    /// <summary>Key-value heads; divides <see cref="DecoderConfig.HeadCount"/>.</summary>
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

    internal override RotaryValues Rotary => new(RotaryTheta, RotaryWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
