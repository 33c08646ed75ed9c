namespace Inkstone.Tokenizers;

/// <summary>The vocabulary of a WordPiece model. No piece depends on another, but for those inside a word, which are marked.</summary>
internal sealed class WordPieceDraft : VocabularyDraft, IMergeDraft
{
    private readonly WordPieceModel _model;
    private readonly TokenMarks _marks;

    /// <summary>Takes a model apart.</summary>
    public WordPieceDraft(WordPieceModel model)
        : base(model, id => model.Pieces[id].ToArray())
    {
        (_model, _marks) = (model, new(model.Prefix, null));
    }

    /// <inheritdoc/>
    public TokenMarks? Marks => _marks;

    /// <inheritdoc/>
    public override TokenModel Build(int count) => new WordPieceModel(ToTable(count), _model.Unknown, UnknownId, _model.Prefix, _model.LongestWord);

    /// <summary>The longest tokens from the left, as a word is cut.</summary>
    /// <inheritdoc/>
    public override IReadOnlyList<int> PartsOf(int id, bool[] isGone)
    {
        var parts = new List<int>();
        ReadOnlySpan<byte> rest = _marks.Inner(Pieces[id], out var continues, out _);
        while (!rest.IsEmpty)
        {
            var length = rest.Length;
            int part;
            while ((part = Find(_marks.Mark(rest[..length], continues, ends: false))) < 0 || isGone[part])
            {
                if (--length == 0)
                    return [];
            }
            parts.Add(part);
            rest = rest[length..];
            continues = true;
        }
        return parts;
    }

    /// <inheritdoc/>
    public override void Continue(ContinuedTraining training) => ContinuedMerging.Run(this, training);

    /// <inheritdoc/>
    public TextCutter Cutter(ContinuedTraining training) => training.StageCutter();

    /// <inheritdoc/>
    public PieceStart Start() => ContinuedMerging.StartBy(Build(Count));

    /// <inheritdoc/>
    public int LengthOf(int id) => id == UnknownId ? int.MaxValue : _marks.Inner(Pieces[id], out _, out _).Length;

    /// <inheritdoc/>
    public byte[]? Join(int left, int right) => _marks.Join(Pieces[left], Pieces[right]);

    /// <inheritdoc/>
    public void AddRule(Merge rule)
    {
    }

    /// <inheritdoc/>
    public override bool IsLike(VocabularyDraft other) => ((WordPieceDraft)other)._model.Prefix == _model.Prefix;

    /// <inheritdoc/>
    protected override bool IsLetter(int id) => _marks.IsCharacter(Pieces[id]);
}
