namespace Inkstone.Tokenizers;

/// <summary>Something that is looked for in a piece: a character of a kind, a string, a regular expression.</summary>
internal abstract class PiecePattern
{
    /// <summary>Finds the next match, which may be empty.</summary>
    /// <param name="piece">The piece: matches see nothing outside it.</param>
    /// <param name="from">Where to begin, the end of the match before.</param>
    /// <param name="start">Where the match begins.</param>
    /// <param name="end">Where it ends.</param>
    public abstract bool TryFind(ReadOnlySpan<byte> piece, int from, out int start, out int end);
}
