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

    /// <summary>The scanner whose pieces are this stage's, if there is one.</summary>
    public PreTokenizer? Scanner =>
        Pattern is not ExpressionPattern { Scanner: { } scanner } known ? null
        : Behavior == SplitBehavior.Isolated ? scanner
        // A pattern that matches every character leaves no gap, so to remove all but matches is to isolate them.
        : Behavior == SplitBehavior.Removed && IsInverted && PreTokenizer.Known.Any(whole => whole.Pattern == known.Source) ? scanner : null;

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        if (Scanner is { } scanner)
        {
            new ScannerStage(scanner).Apply(text);
            return;
        }
        text.BeginCut();
        var splitter = new PieceSplitter(text, Behavior);
        foreach (var piece in text.Pieces)
        {
            var matches = text.Ranges;
            matches.Clear();
            Pattern.FindAll(text.Text.Bytes[piece.Start..piece.End], matches);
            var position = piece.Start;
            foreach (var match in matches)
            {
                if (position < piece.Start + match.Start)
                    splitter.Add(position, piece.Start + match.Start, IsInverted);
                position = piece.Start + match.End;
                splitter.Add(piece.Start + match.Start, position, !IsInverted);
            }
            if (position < piece.End)
                splitter.Add(position, piece.End, IsInverted);
            splitter.Flush();
        }
        text.EndCut();
    }
}
