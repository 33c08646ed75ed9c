namespace Inkstone.Tokenizers;

/// <summary>The pieces of a SentencePiece unigram model.</summary>
internal sealed class SentencePieceUnigramDraft(SentencePieceTokenModel model) : SentencePieceDraft(model)
{
    /// <inheritdoc/>
    public override bool[] FindNeeded()
    {
        var needed = base.FindNeeded();
        foreach (var id in UnigramCut.Extremes(Enumerable.Range(0, Count).Where(id => Kinds[id] == SentencePieceKind.Normal).Select(id => (id, (double)Scores[id]))))
            needed[id] = true;
        return needed;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> PartsOf(int id, bool[] isGone) => Cut(id, part => !isGone[part]);

    /// <inheritdoc/>
    public override void Continue(ContinuedTraining training)
    {
        var options = LearningOptions(training);
        var pieces = Enumerable.Range(0, Count).Where(IsFound).Select(id => (Pieces[id], (double)Scores[id])).ToList();
        foreach (var (piece, score) in ContinuedUnigram.Learn(pieces, Count, new SentencePieceCutter(options).Cut, training))
            Scores[AddPiece(piece)] = (float)score;
    }

    /// <inheritdoc/>
    public override List<int> FindUnreached(IEnumerable<int> ids) => [.. ids.Where(id => Kinds[id] == SentencePieceKind.Normal && Pieces[id].Length <= LongestCut && (Cut(id, _ => true) is not [var only] || only != id))];

    private List<int> Cut(int id, Func<int, bool> isThere) =>
        UnigramCut.Best(Pieces[id], piece => Find(piece) is >= 0 and var part && IsFound(part) && isThere(part) ? part : -1, part => Scores[part]);

    private bool IsFound(int id) => Kinds[id] is SentencePieceKind.Normal or SentencePieceKind.UserDefined;
}
