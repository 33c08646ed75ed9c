namespace Inkstone.Tokenizers;

/// <summary>
/// BPE by scores: characters, of which neighbours that together are a piece are merged, the highest score first, of equal scores the
/// leftmost. User-defined pieces are never merged with anything. Words whose pieces do not cross spaces are remembered.
/// </summary>
internal sealed class ScoredMergeSegmenter(SentencePieceVocabulary vocabulary) : SentencePieceSegmenter
{
    private readonly ScoredPieces _pieces = new(vocabulary);

    // An unused piece falls apart the way it was last put together anywhere in the text, so then words are not independent.
    private readonly bool _isCut = vocabulary.Cuts != WordCuts.None && !vocabulary.File.Kinds.Contains(SentencePieceKind.Unused);

    /// <inheritdoc/>
    public override void Segment(SentencePieceScratch scratch)
    {
        var text = scratch.Text;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = _isCut ? vocabulary.WordEnd(text, start) : text.Length;
            var length = end - start;
            if (length > WordCache.LongestPiece || scratch.Sampling is not null)
            {
                scratch.Merger.Merge(_pieces, text[start..end], scratch);
                continue;
            }
            ByteHash.Pack(text, start, length, out var low, out var high);
            var known = scratch.Words.Find(low, high);
            if (!known.IsEmpty)
            {
                scratch.Add(known);
                scratch.EndsUnknown = false;
                continue;
            }
            var before = scratch.Count;
            var isWhole = scratch.Merger.Merge(_pieces, text[start..end], scratch);
            if (isWhole && scratch.Count - before <= WordCache.MostTokens)
                scratch.Words.Add(low, high, scratch.Ids[before..]);
        }
    }
}

/// <summary>The pieces of a BPE model by scores, found by their text.</summary>
internal sealed class ScoredPieces
{
    private readonly Lazy<ByteTrie> _trie; // made when text is first cut
    private readonly Lazy<ByteTrie>? _userDefined;

    /// <summary>Indexes the pieces.</summary>
    public ScoredPieces(SentencePieceVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        _trie = vocabulary.TrieOf(vocabulary.IsFound);
        var hasUserDefined = false;
        for (var id = 0; id < vocabulary.Pieces.Count; id++)
        {
            if (!vocabulary.IsFound(id))
                continue;
            LongestPiece = Math.Max(LongestPiece, vocabulary.Pieces[id].Length);
            hasUserDefined |= vocabulary.IsUserDefined(id);
        }
        _userDefined = hasUserDefined ? vocabulary.TrieOf(vocabulary.IsUserDefined) : null;
    }

    /// <summary>The vocabulary.</summary>
    public SentencePieceVocabulary Vocabulary { get; }

    /// <summary>The longest of them, in bytes.</summary>
    public int LongestPiece { get; }

    /// <summary>The symbol that text begins with: a user-defined piece or a character.</summary>
    public int SymbolLength(ReadOnlySpan<byte> text, int position, out bool isUserDefined)
    {
        var length = 0;
        isUserDefined = _userDefined is not null && _userDefined.Value.FindLongest(text[position..], out length) >= 0;
        return isUserDefined ? length : Utf8Text.LengthAt(text, position);
    }

    /// <summary>The piece with exactly this text, or −1.</summary>
    public int Find(ReadOnlySpan<byte> text) => text.Length > LongestPiece ? -1 : _trie.Value.Find(text);

    /// <summary>The score of a piece.</summary>
    public float Score(int id) => Vocabulary.File.Scores[id];

    /// <summary>Whether a piece is never given out.</summary>
    public bool IsUnused(int id) => Vocabulary.File.Kinds[id] == SentencePieceKind.Unused;
}
