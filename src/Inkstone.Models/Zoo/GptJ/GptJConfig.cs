namespace Inkstone.Models;

/// <summary>
/// The GPT-J family (Wang and Komatsuzaki 2021, "GPT-J-6B"): PaLM's parallel block with one norm, rotary positions on neighbouring elements of a part of each head, a
/// head with a bias.
/// </summary>
public sealed record GptJConfig : ModelConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static GptJConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => "gptj";

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 256;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 6;

    /// <summary>Heads; divides <see cref="Width"/>.</summary>
    public int HeadCount { get; init; } = 4;

    /// <summary>Width inside the feed-forward; null means four times <see cref="Width"/>.</summary>
    public int? HiddenWidth { get; init; }

    /// <summary>How much of a head is turned, even.</summary>
    public int RotaryWidth { get; init; } = 16;

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

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

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.InRange(nameof(HiddenWidth), Inside, 1, 1 << 22);
        ConfigRule.Rotary(RotaryWidth, HeadWidth, GptJ.RotaryTheta, null);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
