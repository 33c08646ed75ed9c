namespace Inkstone.Tokenizers;

/// <summary>Tokens on their way into a <see cref="TokenEncoding"/>: ids, the bytes of the source they stand for, and the piece each came from.</summary>
/// <param name="unknown">The id of text that the vocabulary lacks, whose white space is looked at; −1 for none.</param>
internal sealed class AlignedTokens(int unknown)
{
    private TextRange[] _parts = new TextRange[64];
    private int _piece;

    /// <summary>The tokens so far.</summary>
    public List<(int Id, TextRange Source, int Piece, OuterSpace? Space)> Tokens { get; } = [];

    /// <summary>Room for the parts of one piece.</summary>
    public Span<TextRange> Parts(int count)
    {
        if (_parts.Length < count)
            _parts = new TextRange[Math.Max(count, 2 * _parts.Length)];
        return _parts.AsSpan(0, count);
    }

    /// <summary>Adds a token of the piece at hand.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="source">What it stands for.</param>
    /// <param name="shown">The text, as the stages before left it, that the model found it for.</param>
    public void Add(int id, TextRange source, ReadOnlySpan<byte> shown) => Tokens.Add((id, source, _piece, id == unknown ? OuterSpace.Of(shown) : null));

    /// <summary>Ends the piece at hand.</summary>
    public void EndPiece() => _piece++;

    /// <summary>Adds an added token, which is a piece by itself.</summary>
    public void AddToken(AddedToken token, TextRange source, ReadOnlySpan<byte> shown)
    {
        Tokens.Add((token.Id, source, _piece, OuterSpace.Of(shown)));
        EndPiece();
    }
}
