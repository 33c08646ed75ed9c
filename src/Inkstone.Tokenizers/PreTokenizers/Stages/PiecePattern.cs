namespace Inkstone.Tokenizers;

/// <summary>Something that is looked for in a piece: a character of a kind, a string, a regular expression.</summary>
internal abstract class PiecePattern
{
    /// <summary>Finds all matches, from left to right and without overlap; some may be empty. The cost is linear in the piece.</summary>
    /// <param name="piece">The piece: matches see nothing outside it.</param>
    /// <param name="matches">Takes them.</param>
    public abstract void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches);
}
