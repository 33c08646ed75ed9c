namespace Inkstone.Tokenizers;

/// <summary>Stages one after the other.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizerStage> stages) : PreTokenizerStage
{
    /// <summary>The stages, in the order they act.</summary>
    public IReadOnlyList<PreTokenizerStage> Stages { get; } = [.. stages];

    /// <inheritdoc/>
    public override bool NeedsAlignment => Stages.Any(stage => stage.NeedsAlignment);

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        foreach (var stage in Stages)
            stage.Apply(text);
    }
}
