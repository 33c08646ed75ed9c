namespace Inkstone.Tokenizers;

/// <summary>Cuts at Unicode's word boundaries (UAX 29); white space between them goes.</summary>
internal sealed class UnicodeWordsStage : PreTokenizerStage
{
    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        foreach (var piece in text.Pieces)
        {
            var bytes = text.Text.Bytes[piece.Start..piece.End];
            for (int start = 0, end; start < bytes.Length; start = end)
            {
                end = WordBoundaries.Next(bytes, start);
                if (!CodePoint.IsWhiteSpace(Utf8Text.At(bytes, start, out _)))
                    text.Add(piece.Start + start, piece.Start + end);
            }
        }
        text.EndCut();
    }
}
