namespace Inkstone.Tokenizers;

/// <summary>A list of words, none of which depends on another.</summary>
internal sealed class WordLevelDraft(WordLevelModel model) : VocabularyDraft(model, id => model.Pieces[id].ToArray())
{
    /// <inheritdoc/>
    public override TokenModel Build(int count) => new WordLevelModel(ToTable(count), model.Unknown, UnknownId);

    /// <summary>Appends the most frequent words that are not there.</summary>
    /// <inheritdoc/>
    public override void Continue(ContinuedTraining training)
    {
        var counter = training.Count(training.StageCutter());
        foreach (var (part, index) in CountedPieces.ByCount(counter.Parts, training.Options.MinimumFrequency))
        {
            if (Count == training.Options.VocabularySize)
                break;
            var word = counter.Parts[part].Bytes(counter.Parts[part].Entries[index]).ToArray();
            if (Find(word) < 0 && !training.IsTaken(Print(word)))
                AddPiece(word);
        }
        training.CheckSize(Count, counter);
    }
}
