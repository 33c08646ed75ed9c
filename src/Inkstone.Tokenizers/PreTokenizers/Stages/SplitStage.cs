namespace Inkstone.Tokenizers;

/// <summary>Cuts pieces at the matches of a pattern.</summary>
/// <param name="pattern">What is looked for.</param>
/// <param name="behavior">What becomes of matches.</param>
/// <param name="inverted">Whether what does not match is taken for the match.</param>
internal class SplitStage(PiecePattern pattern, SplitBehavior behavior, bool inverted = false) : PreTokenizerStage
{
    /// <summary>What is looked for.</summary>
    public PiecePattern Pattern { get; } = pattern;

    /// <summary>What becomes of matches.</summary>
    public SplitBehavior Behavior { get; } = behavior;

    /// <summary>Whether what does not match is taken for the match.</summary>
    public bool IsInverted { get; } = inverted;

    /// <summary>The scanner that alone says how text is cut, if there is one.</summary>
    public PreTokenizer? Scanner =>
        Pattern is ScannerPattern known && (Behavior == SplitBehavior.Isolated || (Behavior == SplitBehavior.Removed && IsInverted)) ? known.Scanner : null;

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        var splitter = new PieceSplitter(text, Behavior);
        foreach (var piece in text.Pieces)
        {
            var bytes = text.Text.Bytes[piece.Start..piece.End];
            var position = 0;
            for (var from = 0; from <= bytes.Length && Pattern.TryFind(bytes, from, out var start, out var end);)
            {
                if (start == end)
                {
                    // An empty match cuts where it stands; the search goes on behind the next character.
                    if (start > position)
                        Cut(ref splitter, piece.Start, position, start, end);
                    position = Math.Max(position, end);
                    from = end < bytes.Length ? end + UnigramPieces.CharacterLength(bytes, end) : bytes.Length + 1;
                    continue;
                }
                Cut(ref splitter, piece.Start, position, start, end);
                position = from = end;
            }
            if (position < bytes.Length)
                splitter.Add(piece.Start + position, piece.End, IsInverted);
            splitter.Flush();
        }
        text.EndCut();
    }

    private void Cut(ref PieceSplitter splitter, int origin, int position, int start, int end)
    {
        if (position < start)
            splitter.Add(origin + position, origin + start, IsInverted);
        splitter.Add(origin + start, origin + end, !IsInverted);
    }
}
