namespace Inkstone.Models;

/// <summary>
/// The GPT-J family (Wang and Komatsuzaki 2021, "GPT-J-6B"): PaLM's parallel block with one norm, rotary positions on neighbouring elements of a part of each head, a
/// head with a bias.
/// </summary>
public sealed record GptJConfig : DecoderConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static GptJConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => "gptj";

    /// <summary>Width inside the feed-forward; null means four times <see cref="DecoderConfig.Width"/>.</summary>
    public int? HiddenWidth { get; init; }

    /// <summary>How much of a head is turned, even.</summary>
    public int RotaryWidth { get; init; } = 16;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            long width = Width, hidden = Inside;
            return 2 * VocabularySize * width + VocabularySize + LayerCount * (4 * width * width + 2 * width * hidden + hidden + 3 * width) + 2 * width;
        }
    }

    internal int HeadWidth => Width / HeadCount;

    internal int Inside => HiddenWidth ?? 4 * Width;

    internal override RotaryValues Rotary => new(Theta: 10_000, RotaryWidth, Scaling: null);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.InRange(nameof(HiddenWidth), Inside, 1, 1 << 22);
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
