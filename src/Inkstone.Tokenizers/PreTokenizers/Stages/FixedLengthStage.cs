namespace Inkstone.Tokenizers;

/// <summary>Cuts pieces into so many characters each; the last may have fewer.</summary>
internal sealed class FixedLengthStage(int length) : PreTokenizerStage
{
    /// <summary>How many characters.</summary>
    public int Length { get; } = length;

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        var bytes = text.Text.Bytes;
        foreach (var piece in text.Pieces)
        {
            var (start, count) = (piece.Start, 0);
            for (var position = piece.Start; position < piece.End;)
            {
                position += Utf8Text.LengthAt(bytes, position);
                if (++count < Length)
                    continue;
                text.Add(start, position);
                (start, count) = (position, 0);
            }
            text.Add(start, piece.End);
        }
        text.EndCut();
    }
}
