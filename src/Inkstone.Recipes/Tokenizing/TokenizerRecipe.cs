using Inkstone.Corpus;
using Inkstone.Foundation.Files;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>What became of training a tokenizer.</summary>
/// <param name="Result">The tokenizer, and what its training saw.</param>
/// <param name="SkippedCount">Files and folders that were not read, or not read whole.</param>
public sealed record TrainedTokenizer(TokenizerTrainingResult Result, long SkippedCount);

/// <summary>From a file or folder of text to a <c>tokenizer.json</c>, or to a SentencePiece <c>.model</c> where the output is named so.</summary>
public static class TokenizerRecipe
{
    /// <summary>Trains a tokenizer and writes it.</summary>
    /// <param name="text">A file or folder of text, in the forms <see cref="TextSource"/> reads.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="options">How it is trained; null for the defaults.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="cancellation">Stops the training; nothing is written then.</param>
    /// <exception cref="Foundation.Errors.InkstoneException">An option, the text or the disk is not fit for it.</exception>
    public static TrainedTokenizer Train(
        string text, string output, TokenizerTrainerOptions? options = null, IRecipeObserver? observer = null, CancellationToken cancellation = default)
    {
        observer ??= SilentObserver.Instance;
        var skipped = new SkippedNotes(observer);
        observer.Stage("reading text");
        var documents = TextSource.Read(text, new TextSourceOptions { Skipped = skipped.Add });
        var result = TokenizerTrainer.Train(documents.Select(document => document.Text), options, new ObserverProgress(observer), cancellation);
        skipped.Close();
        DurableFiles.Instance.WriteAtomically(output, Path.GetExtension(output) == ".model" ? result.Tokenizer.ToSentencePiece() : result.Tokenizer.WithStages().ToJson());
        return new TrainedTokenizer(result, skipped.Count);
    }
}
