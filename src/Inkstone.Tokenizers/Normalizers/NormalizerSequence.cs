namespace Inkstone.Tokenizers;

/// <summary>Stages one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> stages) : Normalizer
{
    private readonly Normalizer[] _stages = [.. stages];

    /// <summary>The stages, in the order they act.</summary>
    public IReadOnlyList<Normalizer> Stages => _stages;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        foreach (var stage in _stages)
            stage.Normalize(text);
    }
}
