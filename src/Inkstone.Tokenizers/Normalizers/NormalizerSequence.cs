namespace Inkstone.Tokenizers;

/// <summary>Stages one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> stages) : Normalizer
{
    /// <summary>The stages, in the order they act.</summary>
    public IReadOnlyList<Normalizer> Stages { get; } = [.. stages];

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        foreach (var stage in Stages)
            stage.Normalize(text);
    }
}
