using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>The vocabulary of a unigram model as tokenizer.json has it: pieces and scores.</summary>
internal sealed class UnigramDraft : VocabularyDraft
{
    private readonly bool _hasByteFallback;
    private readonly List<double> _scores;

    /// <summary>Takes a model apart.</summary>
    public UnigramDraft(UnigramModel model)
        : base(model, id => model.Pieces[id].ToArray())
    {
        (_hasByteFallback, _scores) = (model.HasByteFallback, [.. model.Scores]);
    }

    /// <inheritdoc/>
    public override TokenModel Build(int count) => new UnigramModel(ToTable(count), [.. _scores[..count]], UnknownId, _hasByteFallback);

    /// <inheritdoc/>
    public override int AddEmpty()
    {
        _scores.Add(0);
        return base.AddEmpty();
    }

    /// <inheritdoc/>
    public override void Fill(int id, AddedToken? token)
    {
        if (token is null)
            throw new InkstoneRequestException("a unigram vocabulary cannot leave an id unused", nameof(Tokenizer), found: FormattableString.Invariant($"no token for {id}"));
        base.Fill(id, token);
    }

    /// <inheritdoc/>
    public override bool[] FindNeeded()
    {
        var needed = base.FindNeeded();
        foreach (var id in UnigramCut.Extremes(_scores.Select((score, id) => (id, score))))
            needed[id] = true;
        return needed;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> PartsOf(int id, bool[] isGone) =>
        UnigramCut.Best(Pieces[id], piece => Find(piece) is >= 0 and var found && !isGone[found] ? found : -1, part => _scores[part]);

    /// <inheritdoc/>
    public override void Keep(int[] newIds)
    {
        for (var id = 0; id < newIds.Length; id++)
        {
            if (newIds[id] >= 0)
                _scores[newIds[id]] = _scores[id];
        }
        base.Keep(newIds);
        _scores.RemoveRange(Count, _scores.Count - Count);
    }

    /// <inheritdoc/>
    public override void Continue(ContinuedTraining training)
    {
        var pieces = Enumerable.Range(0, Count).Where(id => Pieces[id].Length > 0).Select(id => (Pieces[id], _scores[id])).ToList();
        foreach (var (piece, score) in ContinuedUnigram.Learn(pieces, Count, training.StageCutter(), training))
            _scores[AddPiece(piece)] = score;
    }

    /// <inheritdoc/>
    public override bool IsLike(VocabularyDraft other) => ((UnigramDraft)other)._hasByteFallback == _hasByteFallback;

    /// <inheritdoc/>
    public override void CopyPiece(int id, VocabularyDraft other, int otherId)
    {
        base.CopyPiece(id, other, otherId);
        _scores[id] = ((UnigramDraft)other)._scores[otherId];
    }

    /// <inheritdoc/>
    public override List<int> FindUnreached(IEnumerable<int> ids) => [.. ids.Where(id => !IsByteToken(id) && Pieces[id].Length <= LongestCut && (UnigramCut.Best(Pieces[id], Find, part => _scores[part]) is not [var only] || only != id))];

    /// <inheritdoc/>
    protected override bool IsLetter(int id) => IsByteToken(id) || TokenMarks.None.IsCharacter(Pieces[id]);

    private bool IsByteToken(int id) => _hasByteFallback && ByteTokens.ValueOf(Pieces[id]) >= 0;
}
