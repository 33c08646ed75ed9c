namespace Inkstone.Tokenizers;

/// <summary>How far the training of a tokenizer has come.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Done">Counting: bytes of text read so far. Merging: tokens in the vocabulary so far.</param>
/// <param name="Total">Merging: tokens wanted. Counting: null, for texts are a stream of unknown length.</param>
public readonly record struct BpeTrainingProgress(BpeTrainingStage Stage, long Done, long? Total);

/// <summary>The two stages of training a tokenizer.</summary>
public enum BpeTrainingStage
{
    /// <summary>Texts are read and their pieces counted.</summary>
    Counting,

    /// <summary>Pairs are merged.</summary>
    Merging,
}
