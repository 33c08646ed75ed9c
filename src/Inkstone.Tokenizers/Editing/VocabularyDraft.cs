using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>The vocabulary of a model taken apart, for an edit to change and to put together again. Each kind of model has its own.</summary>
internal abstract class VocabularyDraft
{
    /// <summary>How long a piece is cut into others at most: the cost is quadratic, and pieces of published vocabularies are shorter.</summary>
    public const int LongestCut = 1_024;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal); // by the bytes of the piece, as Latin-1
    private readonly HashSet<int> _lengths = []; // few, however long a hostile file's pieces are

    /// <summary>Takes the pieces of a model.</summary>
    protected VocabularyDraft(TokenModel model, Func<int, byte[]> piece)
    {
        (Name, UnknownId) = (model.Name, model.UnknownId);
        for (var id = 0; id < model.Count; id++)
            Index(id, piece(id));
    }

    /// <summary>The kind of model.</summary>
    public string Name { get; }

    /// <summary>The bytes of each id; none where it has no piece.</summary>
    public List<byte[]> Pieces { get; } = [];

    /// <summary>How many ids there are.</summary>
    public int Count => Pieces.Count;

    /// <summary>The id of unknown text; −1 for none.</summary>
    public int UnknownId { get; private set; }

    /// <summary>Whether the model itself finds tokens of text that are matched as wholes, so that they are no added tokens.</summary>
    public virtual bool FindsWholes => false;

    /// <summary>The rules by which tokens are made of others, −1 for what is no token; none where tokens do not depend on each other.</summary>
    public virtual IReadOnlyList<Merge> Rules => [];

    /// <summary>The model of the first so many ids.</summary>
    public abstract TokenModel Build(int count);

    /// <summary>How the model's tokens become text, where the tokenizer said so by a decoder of the old model.</summary>
    public virtual TextDecoder? DecoderOf(TokenModel model, TextDecoder? decoder) => decoder;

    /// <summary>A piece as files show it.</summary>
    public virtual string Print(byte[] piece) => Encoding.UTF8.GetString(piece);

    /// <summary>The piece that files show as this text; null if none can be.</summary>
    public virtual byte[]? PieceOf(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The id of a piece, or −1.</summary>
    public int Find(ReadOnlySpan<byte> piece) => _lengths.Contains(piece.Length) ? _ids.GetValueOrDefault(Key(piece), -1) : -1;

    /// <summary>A new id without a piece.</summary>
    public virtual int AddEmpty()
    {
        Pieces.Add([]);
        return Count - 1;
    }

    /// <summary>A new id with a learnt piece.</summary>
    public int AddPiece(byte[] piece)
    {
        var id = AddEmpty();
        SetPiece(id, piece);
        return id;
    }

    /// <summary>Gives an id that has none a piece that text may become.</summary>
    public virtual void SetPiece(int id, byte[] piece) => Index(id, piece);

    /// <summary>A new id for a token that is matched as a whole.</summary>
    public virtual int AddWhole(string content, bool isSpecial) => AddEmpty();

    /// <summary>Makes a piece a token that is matched as a whole; false where the model cannot do without the piece.</summary>
    public virtual bool TryMakeWhole(int id, bool isSpecial)
    {
        if (!isSpecial)
            return true;
        if (IsLetter(id) || Rules.Any(rule => rule.Left == id || rule.Right == id))
            return false;
        Unmake(id);
        return true;
    }

    /// <summary>Fills an id without a piece that now stands among pieces, if its token is to be in the model.</summary>
    public virtual void Fill(int id, AddedToken? token)
    {
        if (token is { IsSpecial: false } && PieceOf(token.Content) is { } piece)
            SetPiece(id, piece);
    }

    /// <summary>Which ids the model cannot do without: the unknown one, single characters and bytes that others are made of.</summary>
    public virtual bool[] FindNeeded() => [.. Enumerable.Range(0, Count).Select(id => id == UnknownId || (Pieces[id].Length > 0 && IsLetter(id)))];

    /// <summary>What the text of a token that no rule makes, no longer than <see cref="LongestCut"/>, becomes once it goes, of tokens that are there.</summary>
    public virtual IReadOnlyList<int> PartsOf(int id, bool[] isGone) => [];

    /// <summary>Closes up ids: those with a new id keep their order, the others go.</summary>
    public virtual void Keep(int[] newIds)
    {
        for (var id = 0; id < newIds.Length; id++)
        {
            if (newIds[id] >= 0)
                Pieces[newIds[id]] = Pieces[id];
        }
        var count = newIds.Count(id => id >= 0);
        Pieces.RemoveRange(count, newIds.Length - count);
        _ids.Clear();
        for (var id = 0; id < count; id++)
            Index(id, Pieces[id]);
        UnknownId = UnknownId >= 0 ? newIds[UnknownId] : -1;
    }

    /// <summary>Learns more from new text.</summary>
    /// <exception cref="InkstoneRequestException">This kind of model cannot, or the text is too little.</exception>
    public virtual void Continue(ContinuedTraining training) => throw new InkstoneRequestException(
        "the training of a tokenizer of this kind cannot be continued", nameof(TokenizerEditor.Continue), "BPE, WordPiece, Unigram or a list of words", Name,
        "Train a new one, or add tokens.");

    /// <summary>Whether another vocabulary, of the same class, has the same options, so that its pieces mean the same here.</summary>
    public virtual bool IsLike(VocabularyDraft other) => true;

    /// <summary>Whether a piece of another vocabulary is the same kind of piece here.</summary>
    public virtual bool IsSamePiece(int id, VocabularyDraft other, int otherId) => true;

    /// <summary>Gives an id the piece of another vocabulary, and what belongs to it.</summary>
    public virtual void CopyPiece(int id, VocabularyDraft other, int otherId) => SetPiece(id, other.Pieces[otherId]);

    /// <summary>Adds what another vocabulary says about several pieces, once all have an id here.</summary>
    /// <param name="other">The other vocabulary.</param>
    /// <param name="newIds">The id here of each of its ids.</param>
    /// <param name="oldCount">The first id that is new here.</param>
    public virtual void AppendRules(VocabularyDraft other, int[] newIds, int oldCount)
    {
    }

    /// <summary>Of these ids, which have pieces, those that the text of the piece does not become.</summary>
    public virtual List<int> FindUnreached(IEnumerable<int> ids) => [];

    /// <summary>Whether a piece is one of those that all others are made of.</summary>
    protected virtual bool IsLetter(int id) => false;

    /// <summary>Takes a piece, on which nothing is built, out of what text becomes; its id stays.</summary>
    protected virtual void Unmake(int id)
    {
        _ids.Remove(Key(Pieces[id]));
        Pieces[id] = [];
    }

    /// <summary>The pieces by id.</summary>
    protected PieceTable ToTable(int count) => PieceTable.Of(Pieces[..count]);

    private void Index(int id, byte[] piece)
    {
        if (id == Count)
            Pieces.Add(piece);
        Pieces[id] = piece;
        if (piece.Length > 0 && _ids.TryAdd(Key(piece), id))
            _lengths.Add(piece.Length);
    }

    private static string Key(ReadOnlySpan<byte> piece) => Encoding.Latin1.GetString(piece);
}
