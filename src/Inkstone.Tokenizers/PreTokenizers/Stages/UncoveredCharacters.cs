namespace Inkstone.Tokenizers;

/// <summary>Characters that are no token: no rule joins one to another, and llama.cpp, for want of tokens for bytes, has none for them.</summary>
internal sealed class UncoveredCharacters(PieceTable pieces) : PiecePattern
{
    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        for (int position = 0, length; position < piece.Length; position += length)
        {
            Utf8Text.At(piece, position, out length);
            if (pieces.Find(piece.Slice(position, length)) < 0)
                matches.Add(new(position, position + length));
        }
    }
}
