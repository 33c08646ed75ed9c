using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// The GPT-NeoX family (Black et al. 2022, "GPT-NeoX-20B: an open-source autoregressive language model"; Pythia): rotary positions on a part of each head, LayerNorms, both
/// halves of a block added side by side or one after the other.
/// </summary>
public sealed record GptNeoXConfig : DecoderConfig
{
    /// <summary>A few million parameters, for examples and tests.</summary>
    public static GptNeoXConfig Tiny { get; } = new();

    /// <inheritdoc/>
    public override string Family => "gpt_neox";

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 1_024;

    /// <summary>The feed-forward's GELU, by the error function or by tanh.</summary>
    public UnaryFunction Activation { get; init; } = UnaryFunction.GeluErf;

    /// <summary>Whether the feed-forward reads the stream as it was before attention.</summary>
    public bool IsParallel { get; init; } = true;

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
            long width = Width, hidden = HiddenWidth;
            var block = 4 * width * width + 4 * width + 2 * width * hidden + hidden + width + 4 * width;
            return VocabularySize * width * (TiedHead ? 1 : 2) + LayerCount * block + 2 * width;
        }
    }

    internal int HeadWidth => Width / HeadCount;

    internal override RotaryValues Rotary => new(RotaryTheta, RotaryWidth, RotaryScaling);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ActivationNames.RequireGelu(Activation);
        ConfigRule.Rotary(Rotary, HeadWidth);
    }
}
