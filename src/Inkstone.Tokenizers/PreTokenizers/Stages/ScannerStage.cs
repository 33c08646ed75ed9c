namespace Inkstone.Tokenizers;

/// <summary>Cuts pieces by a hand-written scanner.</summary>
internal sealed class ScannerStage(PreTokenizer scanner) : PreTokenizerStage
{
    /// <summary>The scanner.</summary>
    public PreTokenizer Scanner { get; } = scanner;

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        foreach (var piece in text.Pieces)
        {
            var bytes = text.Text.Bytes[piece.Start..piece.End];
            for (int start = 0, end; start < bytes.Length; start = end)
            {
                end = Scanner.Next(bytes, start);
                text.Add(piece.Start + start, piece.Start + end);
            }
        }
        text.EndCut();
    }
}
