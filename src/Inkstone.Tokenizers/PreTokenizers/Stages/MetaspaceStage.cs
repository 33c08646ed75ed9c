using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Where a mark is put before a text that has no space there.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Nowhere.</summary>
    Never,

    /// <summary>Only where the source begins.</summary>
    First,
}

/// <summary>SentencePiece's way with spaces: each becomes a visible mark, U+2581 as a rule, and pieces are cut before marks.</summary>
/// <param name="mark">The mark, one character.</param>
/// <param name="scheme">Where a mark is put before a text that does not begin with one.</param>
/// <param name="cuts">Whether pieces are cut before marks.</param>
internal sealed class MetaspaceStage(string mark, PrependScheme scheme, bool cuts) : PreTokenizerStage
{
    private readonly byte[] _mark = Encoding.UTF8.GetBytes(mark);
    private readonly SplitStage _split = new(new LiteralPattern(mark), SplitBehavior.MergedWithNext);

    /// <summary>The mark.</summary>
    public string Mark { get; } = mark;

    /// <summary>Where a mark is put before a text.</summary>
    public PrependScheme Scheme { get; } = scheme;

    /// <summary>Whether pieces are cut before marks.</summary>
    public bool Cuts { get; } = cuts;

    /// <inheritdoc/>
    public override bool NeedsAlignment => Scheme == PrependScheme.First;

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText pieces)
    {
        var text = pieces.Text;
        var bytes = text.Bytes;
        pieces.BeginCut();
        text.BeginRewrite();
        foreach (var piece in pieces.Pieces)
        {
            var start = text.WrittenLength;
            var isMarked = bytes[piece.Start] == ' ' || bytes[piece.Start..].StartsWith(_mark);
            if (!isMarked && (Scheme == PrependScheme.Always || (Scheme == PrependScheme.First && text.SourceOf(piece.Start, piece.End).Start == 0)))
                text.Append(_mark, piece.Start);
            for (var position = piece.Start; position < piece.End;)
            {
                var space = bytes[position..piece.End].IndexOf((byte)' ');
                var end = space < 0 ? piece.End : position + space;
                text.Copy(position, end);
                if (space >= 0)
                    text.Append(_mark, end++);
                position = end;
            }
            pieces.Add(start, text.WrittenLength);
        }
        text.EndRewrite();
        pieces.EndCut();
        if (Cuts)
            _split.Apply(pieces);
    }
}
