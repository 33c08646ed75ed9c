namespace Inkstone.Tokenizers;

/// <summary>BERT's: white space goes, each punctuation character is a piece, what lies between is one.</summary>
internal sealed class BertStage : PreTokenizerStage
{
    // Of each ASCII character: 0 stays in a word, 1 white space, 2 punctuation.
    private static ReadOnlySpan<byte> OfAscii =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2,
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2,
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 0,
    ];

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        var bytes = text.Text.Bytes;
        foreach (var piece in text.Pieces)
        {
            var word = piece.Start;
            for (var position = piece.Start; position < piece.End;)
            {
                var length = 1;
                var kind = bytes[position] < 0x80 ? OfAscii[bytes[position]] : KindAt(bytes, position, out length);
                if (kind != 0)
                {
                    text.Add(word, position);
                    word = position + length;
                    if (kind == 2)
                        text.Add(position, word);
                }
                position += length;
            }
            text.Add(word, piece.End);
        }
        text.EndCut();
    }

    private static byte KindAt(ReadOnlySpan<byte> bytes, int position, out int length)
    {
        var character = Utf8Text.At(bytes, position, out length);
        return CodePoint.IsWhiteSpace(character) ? (byte)1 : CharacterPattern.IsPunctuation(character) ? (byte)2 : (byte)0;
    }
}
