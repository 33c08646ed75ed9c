using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Where a block's norms stand.</summary>
public enum NormPlacement
{
    /// <summary>x + f(norm(x)): before each part, on a stream that is never normalised itself (Xiong et al. 2020).</summary>
    Before,

    /// <summary>norm(x + f(x)): after each addition, as in the first Transformer (Vaswani et al. 2017).</summary>
    After,
}

/// <summary>What the blocks of an encoder or decoder are made of. The defaults are those of the first Transformer's base model.</summary>
public sealed record TransformerOptions
{
    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Heads of every attention.</summary>
    public int HeadCount { get; init; } = 8;

    /// <summary>Width of a head; null means <see cref="Width"/> / <see cref="HeadCount"/>.</summary>
    public int? HeadWidth { get; init; }

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 2_048;

    /// <summary>The function inside the feed-forward.</summary>
    public UnaryFunction Activation { get; init; } = UnaryFunction.Relu;

    /// <summary>Whether the feed-forward has a gate: down(f(gate(x)) · up(x)) in place of down(f(up(x))).</summary>
    public bool Gated { get; init; }

    /// <summary>Where the norms stand.</summary>
    public NormPlacement NormPlacement { get; init; } = NormPlacement.After;

    /// <summary>Which norm.</summary>
    public NormKind Norm { get; init; } = NormKind.Layer;

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether the projections have biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>
    /// Self-attention's scale, window, soft cap, score bias and dropout. The mask is the block's: an encoder sees all, a decoder nothing that comes after; whether
    /// buckets of distances tell keys before from keys after goes with it.
    /// Cross-attention has the same scale, soft cap and dropout.
    /// </summary>
    public AttentionForm Attention { get; init; } = new();

    /// <summary>The share dropped before each addition to the stream, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <summary>Width of a head.</summary>
    internal int WidthOfHead => HeadWidth ?? Width / HeadCount;

    /// <summary>Throws when a value is out of its range or two do not fit together, naming it.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">A value is not possible.</exception>
    public void Validate()
    {
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(HeadCount), HeadCount, 1, 4_096);
        if (HeadWidth is null)
            ConfigRule.Divides(nameof(HeadCount), HeadCount, nameof(Width), Width);
        ConfigRule.InRange(nameof(HeadWidth), WidthOfHead, 1, 4_096);
        ConfigRule.InRange(nameof(HiddenWidth), HiddenWidth, 1, 1 << 22);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(Dropout), Dropout, 0, 0.99);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }

    /// <summary>A feed-forward of the kind asked for.</summary>
    internal FeedForward NewFeedForward(ParameterSource source) => Gated
        ? new GatedFeedForward(source, Width, HiddenWidth, InitialDeviation, InitialDeviation, Activation, Bias)
        : new PlainFeedForward(source, Width, HiddenWidth, Activation, Bias, InitialDeviation, InitialDeviation);

    /// <summary>A norm of the kind asked for.</summary>
    internal Norm NewNorm(ParameterSource source) => Models.Norm.Of(Norm, source, Width, NormEpsilon);
}
