namespace Inkstone.Tokenizers;

/// <summary>Stages one after the other.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizerStage> stages) : PreTokenizerStage
{
    private readonly PreTokenizerStage[] _stages = [.. stages];

    /// <summary>The stages, in the order they act.</summary>
    public IReadOnlyList<PreTokenizerStage> Stages => _stages;

    /// <inheritdoc/>
    public override bool NeedsAlignment => Stages.Any(stage => stage.NeedsAlignment);

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        foreach (var stage in _stages)
            stage.Apply(text);
    }
}
