namespace Inkstone.Models;

/// <summary>What the configurations of decoders have in common: a table of token vectors, blocks of one width, a norm.</summary>
public abstract record DecoderConfig : ModelConfig
{
    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 256;

    /// <summary>How many blocks.</summary>
    public int LayerCount { get; init; } = 6;

    /// <summary>Heads, of queries where several of them share a key. Where the width of a head is no value of its own, they divide <see cref="Width"/>.</summary>
    public int HeadCount { get; init; } = 4;

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of first weights.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <summary>That of what is added to the stream: it starts smaller, so that the stream's variance does not grow with depth (GPT-2's rule).</summary>
    internal double OutputDeviation => InitialDeviation / Math.Sqrt(2.0 * LayerCount);

    /// <summary>How heads are turned by their positions; null: they are not.</summary>
    internal virtual RotaryValues? Rotary => null;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(Width), Width, 1, 1 << 20);
        ConfigRule.InRange(nameof(LayerCount), LayerCount, 1, 4_096);
        ConfigRule.InRange(nameof(NormEpsilon), NormEpsilon, 1e-12, 1);
        ConfigRule.InRange(nameof(InitialDeviation), InitialDeviation, 0, 10);
    }
}
