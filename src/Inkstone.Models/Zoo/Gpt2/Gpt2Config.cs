namespace Inkstone.Models;

/// <summary>The GPT-2 family: learned positions, LayerNorm before each half of a block, GELU in its tanh form, tied head (Radford et al. 2019).</summary>
public sealed record Gpt2Config : DecoderConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static Gpt2Config Tiny { get; } = new();

    /// <summary>The published smallest model: 124 million parameters.</summary>
    public static Gpt2Config Small { get; } = new() { VocabularySize = 50_257, ContextLength = 1_024, Width = 768, LayerCount = 12, HeadCount = 12 };

    /// <summary>A small network's sizes.</summary>
    public Gpt2Config() => (Width, HeadCount) = (384, 6);

    /// <inheritdoc/>
    public override string Family => "gpt2";

    /// <summary>Width inside the feed-forward; null means four times <see cref="DecoderConfig.Width"/>.</summary>
    public int? HiddenWidth { get; init; }

    /// <summary>The share of the embedded rows dropped in training.</summary>
    public double EmbeddingDropout { get; init; }

    /// <summary>The share dropped before each addition to the stream, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>The share of attention weights dropped in training.</summary>
    public double AttentionDropout { get; init; }

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            long width = Width, hidden = Inside;
            var attention = 4 * width * width + 4 * width;
            var feedForward = 2 * width * hidden + hidden + width;
            return (VocabularySize + (long)ContextLength) * width + LayerCount * (attention + feedForward + 4 * width) + 2 * width;
        }
    }

    internal int HeadWidth => Width / HeadCount;

    internal int Inside => HiddenWidth ?? 4 * Width;

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
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.InRange(nameof(HiddenWidth), Inside, 1, 1 << 22);
        ConfigRule.InRange(nameof(EmbeddingDropout), EmbeddingDropout, 0, 0.99);
        ConfigRule.InRange(nameof(Dropout), Dropout, 0, 0.99);
        ConfigRule.InRange(nameof(AttentionDropout), AttentionDropout, 0, 0.99);
    }
}
