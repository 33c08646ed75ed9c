using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// The Falcon family (Almazrouei et al. 2023, "The Falcon series of open language models"): attention and feed-forward side by side without biases, few keys for many
/// queries; the smallest has one key head and one norm a block, the largest a norm for each half.
/// </summary>
public sealed record FalconConfig : DecoderConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static FalconConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => "falcon";

    /// <summary>Key-value heads; divides <see cref="DecoderConfig.HeadCount"/>.</summary>
    public int KeyValueHeadCount { get; init; } = 1;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 1_024;

    /// <summary>The feed-forward's GELU, by the error function or by tanh.</summary>
    public UnaryFunction Activation { get; init; } = UnaryFunction.GeluErf;

    /// <summary>Whether attention and feed-forward each have a norm of their own.</summary>
    public bool HasTwoNorms { get; init; }

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>The base of the rotary frequencies.</summary>
    public double RotaryTheta { get; init; } = 10_000;

    /// <summary>How the rotary frequencies are scaled; null: not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var block = Width * (2L * Width + 2L * KeyValueHeadCount * HeadWidth) + 2L * Width * HiddenWidth + (HasTwoNorms ? 4 : 2) * Width;
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + LayerCount * block + 2 * Width;
        }
    }

    internal int HeadWidth => Width / HeadCount;

    internal override RotaryValues Rotary => new(RotaryTheta, HeadWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.Divides(nameof(KeyValueHeadCount), KeyValueHeadCount, nameof(HeadCount), HeadCount);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ActivationNames.RequireGelu(Activation);
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
