using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>A list of words: each piece is one token, or the unknown one.</summary>
internal sealed class WordLevelModel : TokenModel
{
    /// <summary>A model.</summary>
    /// <param name="pieces">The words in UTF-8.</param>
    /// <param name="unknown">The token for any other piece.</param>
    /// <param name="unknownId">Its id.</param>
    public WordLevelModel(PieceTable pieces, string unknown, int unknownId)
    {
        (Pieces, Unknown, UnknownId) = (pieces, unknown, unknownId);
    }

    /// <summary>The vocabulary.</summary>
    public PieceTable Pieces { get; }

    /// <summary>The unknown token.</summary>
    public string Unknown { get; }

    /// <inheritdoc/>
    public override int UnknownId { get; }

    /// <inheritdoc/>
    public override string Name => "WordLevel";

    /// <inheritdoc/>
    public override int Count => Pieces.Count;

    /// <inheritdoc/>
    public override string? Text(int id) => Pieces[id] is var bytes && bytes.IsEmpty ? null : Encoding.UTF8.GetString(bytes);

    /// <inheritdoc/>
    public override int Find(string text) => Pieces.Find(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public override VocabularyDraft TakeApart() => new WordLevelDraft(this);

    /// <inheritdoc/>
    public override void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch) =>
        scratch.Add(Pieces.Find(piece) is >= 0 and var id ? id : UnknownId);

    /// <inheritdoc/>
    public override void Locate(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids, Span<TextRange> parts) => parts[0] = new(0, piece.Length);
}
