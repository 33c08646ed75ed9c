namespace Inkstone.Models;

/// <summary>The GPT-2 family: learned positions, LayerNorm before each half of a block, GELU in its tanh form, tied head (Radford et al. 2019).</summary>
public sealed record Gpt2Config : ModelConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static Gpt2Config Tiny { get; } = new();

    /// <summary>The published smallest model: 124 million parameters.</summary>
    public static Gpt2Config Small { get; } = new() { VocabularySize = 50_257, ContextLength = 1_024, Width = 768, LayerCount = 12, HeadCount = 12 };

    /// <inheritdoc/>
    public override string Family => "gpt2";

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 384;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 6;

    /// <summary>Heads; divides <see cref="Width"/>.</summary>
    public int HeadCount { get; init; } = 6;

    /// <summary>Width inside the feed-forward; null means four times <see cref="Width"/>.</summary>
    public int? HiddenWidth { get; init; }

    /// <summary>The share of the embedded rows dropped in training.</summary>
    public double EmbeddingDropout { get; init; }

    /// <summary>The share dropped before each addition to the stream, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>The share of attention weights dropped in training.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            long width = Width, hidden = HiddenWidth ?? 4 * width;
            var attention = 4 * width * width + 4 * width;
            var feedForward = 2 * width * hidden + hidden + width;
            return (VocabularySize + (long)ContextLength) * width + LayerCount * (attention + feedForward + 4 * width) + 2 * width;
        }
    }

    /// <inheritdoc/>
    public override ModelConfig WithContext(int length)
    {
        ConfigRule.InRange(nameof(ContextLength), length, 1, ContextLength);
        return this; // the table of positions says how far it goes
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth ?? 4 * Width, 1, 1 << 22);
        ConfigRule.InRange(nameof(EmbeddingDropout), EmbeddingDropout, 0, 0.99);
        ConfigRule.InRange(nameof(Dropout), Dropout, 0, 0.99);
        ConfigRule.InRange(nameof(AttentionDropout), AttentionDropout, 0, 0.99);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
