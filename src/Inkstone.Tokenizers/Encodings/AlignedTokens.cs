namespace Inkstone.Tokenizers;

/// <summary>Tokens on their way into a <see cref="TokenEncoding"/>: ids, the bytes of the source they stand for, and the piece each came from.</summary>
internal sealed class AlignedTokens
{
    private TextRange[] _parts = new TextRange[64];
    private int _piece;

    /// <summary>The tokens so far.</summary>
    public List<(int Id, TextRange Source, int Piece, bool IsAdded)> Tokens { get; } = [];

    /// <summary>Room for the parts of one piece.</summary>
    public Span<TextRange> Parts(int count)
    {
        if (_parts.Length < count)
            _parts = new TextRange[Math.Max(count, 2 * _parts.Length)];
        return _parts.AsSpan(0, count);
    }

    /// <summary>Adds a token of the piece at hand.</summary>
    public void Add(int id, TextRange source) => Tokens.Add((id, source, _piece, false));

    /// <summary>Ends the piece at hand.</summary>
    public void EndPiece() => _piece++;

    /// <summary>Adds an added token, which is a piece by itself.</summary>
    public void AddToken(AddedToken token, TextRange source)
    {
        Tokens.Add((token.Id, source, _piece, true));
        EndPiece();
    }
}
