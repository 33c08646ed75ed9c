using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// T5 (Raffel et al. 2020, "Exploring the limits of transfer learning with a unified text-to-text transformer"): an encoder and a decoder with RMS norms before each part, no
/// biases, and a table of score biases by bucketed distance that all layers of a stack share. Version 1.1 and mT5 have <see cref="Gated"/> feed-forwards and a head of their own.
/// </summary>
public sealed record T5Config : ModelConfig
{
    /// <summary>The first version's small network.</summary>
    public static T5Config Small { get; } = new();

    /// <summary>A network without counts that positions would run out of; the length is that of training.</summary>
    public T5Config() => (VocabularySize, ContextLength) = (32_128, 512);

    /// <inheritdoc/>
    public override string Family => "t5";

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Blocks of the encoder.</summary>
    public int EncoderLayerCount { get; init; } = 6;

    /// <summary>Blocks of the decoder.</summary>
    public int DecoderLayerCount { get; init; } = 6;

    /// <summary>Heads of every attention.</summary>
    public int HeadCount { get; init; } = 8;

    /// <summary>Width of a head.</summary>
    public int HeadWidth { get; init; } = 64;

    /// <summary>Width inside the feed-forward.</summary>
    public int HiddenWidth { get; init; } = 2_048;

    /// <summary>The function inside the feed-forward.</summary>
    public UnaryFunction Activation { get; init; } = UnaryFunction.Relu;

    /// <summary>Whether the feed-forward has a gate.</summary>
    public bool Gated { get; init; }

    /// <summary>Buckets of distances; half of them are for keys after the query where those are seen.</summary>
    public int BucketCount { get; init; } = 32;

    /// <summary>The distance from which all keys share a bucket.</summary>
    public int LongestDistance { get; init; } = 128;

    /// <summary>Whether the head's matrix is the embedding's.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>Whether hidden rows are divided by √width before the head; null: where it is tied.</summary>
    public bool? ScaledHead { get; init; }

    /// <summary>The token that a target begins with.</summary>
    public int TargetStart { get; init; }

    /// <summary>The share dropped of embeddings, attention weights and additions to the stream, in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>ε of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Standard deviation of first weights, where the network is small.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <inheritdoc/>
    public override long ParameterCount
    {
        get
        {
            var attention = 4L * Width * HeadCount * HeadWidth;
            var feedForward = (long)Width * HiddenWidth * (Gated ? 3 : 2);
            var tables = 2L * BucketCount * HeadCount;
            return (long)VocabularySize * Width * (TiedHead ? 1 : 2) + EncoderLayerCount * (attention + feedForward + 2L * Width)
                + DecoderLayerCount * (2 * attention + feedForward + 3L * Width) + 2L * Width + tables;
        }
    }

    /// <summary>What the blocks are made of.</summary>
    internal TransformerOptions Blocks => new()
    {
        Width = Width,
        HeadCount = HeadCount,
        HeadWidth = HeadWidth,
        HiddenWidth = HiddenWidth,
        Activation = Activation,
        Gated = Gated,
        NormPlacement = NormPlacement.Before,
        Norm = NormKind.RootMeanSquare,
        NormEpsilon = NormEpsilon,
        Bias = false,
        Attention = new AttentionForm { Scale = 1, Bias = ScoreBias.Buckets, MaximumBucketDistance = LongestDistance, Dropout = (float)Dropout },
        Dropout = Dropout,
        InitialDeviation = InitialDeviation,
    };

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ConfigRule.InRange(nameof(EncoderLayerCount), EncoderLayerCount, 1, 4_096);
        ConfigRule.InRange(nameof(DecoderLayerCount), DecoderLayerCount, 1, 4_096);
        ConfigRule.InRange(nameof(BucketCount), BucketCount, 4, 1 << 16);
        ConfigRule.Divides("4 (buckets before and after, half of them exact)", 4, nameof(BucketCount), BucketCount);
        ConfigRule.InRange(nameof(TargetStart), TargetStart, 0, VocabularySize - 1);
        ConfigRule.InRange(nameof(LongestDistance), LongestDistance, BucketCount / 2 + 1, 1 << 24);
        Blocks.Validate();
    }
}
