namespace Inkstone.Tokenizers;

/// <summary>Post-processors one after the other.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> processors) : PostProcessor
{
    /// <summary>The processors, in the order they act.</summary>
    public IReadOnlyList<PostProcessor> Processors { get; } = [.. processors];

    /// <inheritdoc/>
    public override bool TrimsOffsets => Processors.Any(processor => processor.TrimsOffsets);

    /// <inheritdoc/>
    public override int AddedCount(bool isPair) => Processors.Sum(processor => processor.AddedCount(isPair));

    /// <inheritdoc/>
    public override IEnumerable<int> Ids => Processors.SelectMany(processor => processor.Ids);

    /// <inheritdoc/>
    public override PostProcessor Renumber(Func<int, int> newId) => new PostProcessorSequence([.. Processors.Select(processor => processor.Renumber(newId))]);

    /// <inheritdoc/>
    public override TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial, SourceTexts? texts) =>
        Processors.Aggregate(encodings, (current, processor) => processor.Process(current, addSpecial, texts));
}
