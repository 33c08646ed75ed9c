using System.Buffers;

namespace Inkstone.Tokenizers;

/// <summary>The vocabulary of a BPE, of bytes or of characters: pieces and the rules that join them.</summary>
internal sealed class BytePairDraft : VocabularyDraft, IMergeDraft
{
    private readonly BytePairOptions _options;
    private readonly TokenMarks _marks;
    private readonly List<Merge> _rules;

    /// <summary>Takes a model apart.</summary>
    public BytePairDraft(BytePairModel model)
        : base(model, id => model.Pieces[id].ToArray())
    {
        (_options, _rules) = (model.Options, [.. model.Merges.All]);
        _marks = new(_options.Prefix, _options.Suffix);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Merge> Rules => _rules;

    /// <inheritdoc/>
    public TokenMarks? Marks => _options.IsByteLevel ? null : _marks;

    /// <inheritdoc/>
    public override TokenModel Build(int count) => new BytePairModel(ToTable(count), new([.. _rules]), _options with { UnknownId = UnknownId });

    /// <inheritdoc/>
    public override string Print(byte[] piece) => _options.IsByteLevel ? ByteLevel.ToText(piece) : base.Print(piece);

    /// <inheritdoc/>
    public override byte[]? PieceOf(string text)
    {
        if (!_options.IsByteLevel)
            return base.PieceOf(text);
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        return ByteLevel.TryToBytes(text, bytes) ? bytes.WrittenSpan.ToArray() : null;
    }

    /// <inheritdoc/>
    public override void Keep(int[] newIds)
    {
        base.Keep(newIds);
        _rules.RemoveAll(rule => newIds[rule.Result] < 0);
        for (var i = 0; i < _rules.Count; i++)
            _rules[i] = new(newIds[_rules[i].Left], newIds[_rules[i].Right], newIds[_rules[i].Result]);
    }

    /// <inheritdoc/>
    public override void Continue(ContinuedTraining training) => ContinuedMerging.Run(this, training);

    /// <inheritdoc/>
    public TextCutter Cutter(ContinuedTraining training) => training.StageCutter();

    /// <inheritdoc/>
    public PieceStart Start() => ContinuedMerging.StartBy(Build(Count));

    /// <inheritdoc/>
    public int LengthOf(int id) => id == UnknownId || IsByteToken(id) ? int.MaxValue : _marks.Inner(Pieces[id], out _, out _).Length;

    /// <inheritdoc/>
    public byte[]? Join(int left, int right) => _marks.Join(Pieces[left], Pieces[right]);

    /// <inheritdoc/>
    public void AddRule(Merge rule) => _rules.Add(rule);

    /// <inheritdoc/>
    public override bool IsLike(VocabularyDraft other) =>
        ((BytePairDraft)other)._options is var options && options.IsByteLevel == _options.IsByteLevel && options.HasByteFallback == _options.HasByteFallback
        && (options.Prefix ?? "") == (_options.Prefix ?? "") && (options.Suffix ?? "") == (_options.Suffix ?? "");

    /// <summary>Adds the other's rules after these.</summary>
    /// <inheritdoc/>
    public override void AppendRules(VocabularyDraft other, int[] newIds, int oldCount)
    {
        var known = _rules.Select(rule => (rule.Left, rule.Right)).ToHashSet();
        foreach (var rule in other.Rules)
        {
            var (left, right) = (newIds[rule.Left], newIds[rule.Right]);
            if (known.Add((left, right)))
                _rules.Add(new(left, right, newIds[rule.Result]));
        }
    }

    /// <inheritdoc/>
    public override List<int> FindUnreached(IEnumerable<int> ids)
    {
        if (_options.IgnoresMerges)
            return [];
        var (merges, merger) = (new MergeTable([.. _rules]), new LongPieceMerger());
        return [.. ids.Where(id => !IsByteToken(id) && Letters(id) is var letters && (letters.Contains(-1) || merger.Merge(letters, merges) != 1 || letters[0] != id))];
    }

    /// <inheritdoc/>
    protected override bool IsLetter(int id) => _options.IsByteLevel ? Pieces[id].Length == 1 : IsByteToken(id) || _marks.IsCharacter(Pieces[id]);

    /// <inheritdoc/>
    protected override void Unmake(int id)
    {
        base.Unmake(id);
        _rules.RemoveAll(rule => rule.Result == id);
    }

    private bool IsByteToken(int id) => _options.HasByteFallback && ByteTokens.ValueOf(Pieces[id]) >= 0;

    private int[] Letters(int id) => _options.IsByteLevel ? [.. Pieces[id].Select(value => Find([value]))] : [.. _marks.Letters(Pieces[id]).Select(letter => Find(letter))];
}
