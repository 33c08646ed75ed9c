namespace Inkstone.Tokenizers;

/// <summary>The pieces of a unigram model: a trie over those that may be found in text, and the score of each.</summary>
internal sealed class UnigramPieces
{
    /// <summary>How far below the least probable piece an unknown character lies.</summary>
    public const float UnknownPenalty = 10;

    private readonly PieceBlock _pieces;
    private readonly Lazy<ByteTrie> _trie; // made when text is first cut

    /// <summary>Indexes pieces.</summary>
    /// <param name="pieces">The pieces by id, as they occur in prepared text.</param>
    /// <param name="scores">The score of each: the natural logarithm of its probability.</param>
    /// <param name="unknownId">The id of unknown characters; −1 for none.</param>
    /// <param name="unknownScore">The score of an unknown character.</param>
    /// <param name="isFound">Which pieces may be found in text; null for all.</param>
    public UnigramPieces(PieceBlock pieces, double[] scores, int unknownId, double unknownScore, Func<int, bool>? isFound = null)
    {
        (_pieces, Scores, UnknownId, UnknownScore) = (pieces, scores, unknownId, unknownScore);
        _trie = new(() => ByteTrie.Build(pieces, pieces.Sort(isFound)));
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Length > LongestPiece && (isFound is null || isFound(id)))
                LongestPiece = pieces[id].Length;
        }
    }

    /// <summary>The pieces that may be found.</summary>
    public ByteTrie Trie => _trie.Value;

    /// <summary>The score of each id.</summary>
    public double[] Scores { get; }

    /// <summary>The id of an unknown character; −1 for none.</summary>
    public int UnknownId { get; }

    /// <summary>The score of an unknown character.</summary>
    public double UnknownScore { get; }

    /// <summary>The longest piece that may be found, in bytes.</summary>
    public int LongestPiece { get; }

    /// <summary>The bytes of a piece.</summary>
    public ReadOnlySpan<byte> this[int id] => _pieces[id];
}
