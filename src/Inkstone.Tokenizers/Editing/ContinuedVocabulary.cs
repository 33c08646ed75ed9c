namespace Inkstone.Tokenizers;

/// <summary>
/// A finished vocabulary that merging makes larger. A rule never leads to an old token: what the old rules make of a text would then depend on
/// the new ones.
/// </summary>
internal sealed class ContinuedVocabulary<TDraft> : IMergedVocabulary
    where TDraft : VocabularyDraft, IMergeDraft
{
    private readonly TDraft _draft;
    private readonly ContinuedTraining _training;
    private readonly PieceStart _start;
    private readonly int _oldCount;

    /// <summary>Begins with the tokens and rules of a vocabulary.</summary>
    public ContinuedVocabulary(TDraft draft, ContinuedTraining training)
    {
        (_draft, _training, _start, _oldCount) = (draft, training, draft.Start(), draft.Count);
        Lengths = [.. Enumerable.Range(0, draft.Count).Select(draft.LengthOf)];
    }

    /// <inheritdoc/>
    public int Count => _draft.Count;

    /// <inheritdoc/>
    public List<int> Lengths { get; }

    /// <inheritdoc/>
    public bool TryMerge(int left, int right, out int result)
    {
        result = -1;
        if (_draft.Join(left, right) is not { } piece || _training.IsTaken(_draft.Print(piece)))
            return false;
        result = _draft.Find(piece);
        if (result < 0)
        {
            result = _draft.AddPiece(piece);
            Lengths.Add(_draft.LengthOf(result));
        }
        if (result < _oldCount)
            return false;
        _draft.AddRule(new(left, right, result));
        return true;
    }

    /// <inheritdoc/>
    public bool IsGreater(ulong pair, ulong other)
    {
        var order = Bytes(pair >> 32).SequenceCompareTo(Bytes(other >> 32));
        return (order != 0 ? order : Bytes((uint)pair).SequenceCompareTo(Bytes((uint)other))) > 0;
    }

    /// <inheritdoc/>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens) => _start(piece, tokens);

    private ReadOnlySpan<byte> Bytes(ulong id) => _draft.Pieces[(int)id];
}
