namespace Inkstone.Tokenizers;

/// <summary>Runs of word characters and runs of what is neither word character nor white space are pieces; white space goes: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WhitespaceStage : PreTokenizerStage
{
    private enum Kind : byte
    {
        Space,
        Word,
        Other,
    }

    private static readonly Kind[] OfAscii = [.. Enumerable.Range(0, 128).Select(KindOf)];

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        var bytes = text.Text.Bytes;
        foreach (var piece in text.Pieces)
        {
            var (start, kind) = (piece.Start, Kind.Space);
            for (int position = piece.Start, length; position < piece.End; position += length)
            {
                length = 1;
                var here = bytes[position] < 0x80 ? OfAscii[bytes[position]] : KindOf(Utf8Text.At(bytes, position, out length));
                if (here == kind)
                    continue;
                if (kind != Kind.Space)
                    text.Add(start, position);
                (start, kind) = (position, here);
            }
            if (kind != Kind.Space)
                text.Add(start, piece.End);
        }
        text.EndCut();
    }

    private static Kind KindOf(int character) => CodePoint.IsWhiteSpace(character) ? Kind.Space : CodePoint.IsWord(character) ? Kind.Word : Kind.Other;
}
