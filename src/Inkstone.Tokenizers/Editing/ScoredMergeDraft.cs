using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// The pieces of a SentencePiece BPE. Its rules are not written: any two neighbours that together are a piece are joined, the best score first. New
/// pieces score below all others, so that old pieces are joined first.
/// </summary>
internal sealed class ScoredMergeDraft : SentencePieceDraft, IMergeDraft
{
    private SentencePieceRules? _pieceRules;
    private float _lowest;

    /// <summary>Takes a model apart.</summary>
    public ScoredMergeDraft(SentencePieceTokenModel model)
        : base(model) => _lowest = Enumerable.Range(0, Count).Where(id => Kinds[id] == SentencePieceKind.Normal).Select(id => Scores[id]).DefaultIfEmpty().Min();

    /// <summary>Every way of making a piece of two, of which one may be a character that is no piece.</summary>
    public override IReadOnlyList<Merge> Rules
    {
        get
        {
            var rules = new List<Merge>();
            for (var id = 0; id < Count; id++)
            {
                if (IsMerged(id))
                    AddWays(id, rules);
            }
            return rules;
        }
    }

    /// <inheritdoc/>
    public TokenMarks? Marks => TokenMarks.None;

    /// <inheritdoc/>
    public override void SetPiece(int id, byte[] piece)
    {
        base.SetPiece(id, piece);
        Scores[id] = NextScore();
    }

    /// <inheritdoc/>
    public override void Continue(ContinuedTraining training) => ContinuedMerging.Run(this, training);

    /// <inheritdoc/>
    public TextCutter Cutter(ContinuedTraining training)
    {
        var options = LearningOptions(training);
        _pieceRules = new(options);
        var cut = new SentencePieceCutter(options);
        var spares = new System.Collections.Concurrent.ConcurrentBag<PieceCounts>();
        // Words come with a space of one byte, where pieces have three.
        return (utf8, counts) =>
        {
            if (!spares.TryTake(out var words))
                words = new();
            words.Clear();
            var count = cut.Cut(utf8, words);
            foreach (ref readonly var entry in words.Entries)
            {
                var word = Encoding.UTF8.GetBytes(SentencePieceTraining.Print(words.Bytes(entry)));
                counts.Add(word, ByteHash.Of(word), entry.Count);
            }
            spares.Add(words);
            return count;
        };
    }

    /// <inheritdoc/>
    public PieceStart Start()
    {
        var pieces = new ScoredPieces(new SentencePieceVocabulary(BuildFile(Count)));
        var scratch = new SentencePieceScratch();
        var text = new byte[256];
        return (piece, tokens) =>
        {
            if (text.Length < piece.Length)
                text = new byte[2 * piece.Length];
            scratch.Clear();
            scratch.Merger.Merge(pieces, text.AsSpan(0, SentencePieceNormalizer.Compact(piece, text)), scratch);
            scratch.Ids.CopyTo(tokens);
            return scratch.Count;
        };
    }

    /// <inheritdoc/>
    public int LengthOf(int id) => Kinds[id] == SentencePieceKind.Normal ? Pieces[id].Length : int.MaxValue;

    /// <inheritdoc/>
    public byte[]? Join(int left, int right)
    {
        byte[] joined = [.. Pieces[left], .. Pieces[right]];
        var kinds = new List<short>();
        foreach (var character in Encoding.UTF8.GetString(joined).Replace('\u2581', ' ').EnumerateRunes())
            kinds.Add(SentencePieceRules.KindOf(character));
        return _pieceRules!.IsPiece(kinds.ToArray()) ? joined : null;
    }

    /// <inheritdoc/>
    public void AddRule(Merge rule)
    {
    }

    /// <summary>The other's pieces keep their order by score, below all of these.</summary>
    /// <inheritdoc/>
    public override void AppendRules(VocabularyDraft other, int[] newIds, int oldCount)
    {
        var from = (ScoredMergeDraft)other;
        foreach (var id in Enumerable.Range(0, other.Count).Where(id => newIds[id] >= oldCount && from.Kinds[id] == SentencePieceKind.Normal).OrderByDescending(id => from.Scores[id]))
            Scores[newIds[id]] = NextScore();
    }

    /// <inheritdoc/>
    public override List<int> FindUnreached(IEnumerable<int> ids)
    {
        var start = Start();
        var tokens = new int[Pieces.Max(piece => piece.Length)];
        return [.. ids.Where(id => Kinds[id] == SentencePieceKind.Normal && (start(Pieces[id], tokens) != 1 || tokens[0] != id))];
    }

    private void AddWays(int id, List<Merge> rules)
    {
        ReadOnlySpan<byte> piece = Pieces[id];
        for (var cut = Utf8Text.LengthAt(piece, 0); cut < piece.Length; cut += Utf8Text.LengthAt(piece, cut))
        {
            var (left, right) = (FindMerged(piece[..cut]), FindMerged(piece[cut..]));
            if ((left >= 0 || TokenMarks.None.IsCharacter(piece[..cut])) && (right >= 0 || TokenMarks.None.IsCharacter(piece[cut..])))
                rules.Add(new(left, right, id));
        }
    }

    private int FindMerged(ReadOnlySpan<byte> piece) => Find(piece) is >= 0 and var id && IsMerged(id) ? id : -1;

    /// <summary>Whether a piece takes part in merges: user-defined ones do not.</summary>
    private bool IsMerged(int id) => Kinds[id] is SentencePieceKind.Normal or SentencePieceKind.Unused;

    /// <summary>A score below all others, however large they are.</summary>
    private float NextScore() => _lowest = Math.Min(_lowest - 1, MathF.BitDecrement(_lowest));
}
