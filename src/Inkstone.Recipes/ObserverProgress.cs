using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Tells an observer how far the training of a tokenizer has come.</summary>
internal sealed class ObserverProgress(IRecipeObserver observer) : IProgress<BpeTrainingProgress>
{
    private bool _merging;

    public void Report(BpeTrainingProgress value)
    {
        if (value.Stage == BpeTrainingStage.Merging && !_merging)
            observer.Stage("merging pairs");
        _merging = value.Stage == BpeTrainingStage.Merging;
        observer.Progress(value.Done, value.Total, _merging ? "tokens" : "bytes of text");
    }
}
