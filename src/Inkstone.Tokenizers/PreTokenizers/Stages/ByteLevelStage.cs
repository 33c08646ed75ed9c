namespace Inkstone.Tokenizers;

/// <summary>
/// GPT-2's: a space before a text that has none, GPT-2's pattern, and each byte written as a visible character (<see cref="ByteLevel"/>).
/// Each of the three can be left out; the last is, where the model takes bytes as they are.
/// </summary>
/// <param name="settings">Which of the first two it does.</param>
/// <param name="writesBytes">Whether bytes are written as visible characters.</param>
internal sealed class ByteLevelStage(ByteLevelSettings settings, bool writesBytes) : PreTokenizerStage
{
    private static readonly SplitStage Pattern = new(new ExpressionPattern(PreTokenizer.Gpt2.Pattern), SplitBehavior.Isolated);
    /// <summary>What the file says.</summary>
    public ByteLevelSettings Settings { get; } = settings;

    /// <summary>Whether bytes are written as visible characters.</summary>
    public bool WritesBytes { get; } = writesBytes;

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        if (Settings.AddsPrefixSpace)
            AddSpaces(text);
        if (Settings.Cuts)
            Pattern.Apply(text);
        if (WritesBytes)
            WriteBytes(text);
    }

    private static void AddSpaces(PreTokenizedText pieces)
    {
        var text = pieces.Text;
        pieces.BeginCut();
        text.BeginRewrite();
        foreach (var piece in pieces.Pieces)
        {
            var start = text.WrittenLength;
            if (text.Bytes[piece.Start] != ' ')
                text.Append(" "u8, piece.Start);
            text.Copy(piece.Start, piece.End);
            pieces.Add(start, text.WrittenLength);
        }
        text.EndRewrite();
        pieces.EndCut();
    }

    /// <summary>Writes the bytes of the pieces as visible characters.</summary>
    public static void WriteBytes(PreTokenizedText pieces)
    {
        var text = pieces.Text;
        pieces.BeginCut();
        text.BeginRewrite();
        foreach (var piece in pieces.Pieces)
        {
            var start = text.WrittenLength;
            for (var i = piece.Start; i < piece.End; i++)
                text.Append(ByteLevel.Utf8[text.Bytes[i]], i);
            pieces.Add(start, text.WrittenLength);
        }
        text.EndRewrite();
        pieces.EndCut();
    }
}
