namespace Inkstone.Tokenizers;

/// <summary>
/// Cuts where the script changes, as SentencePiece tells scripts apart: the Japanese syllabaries count as Han, a space as any script, and
/// what comes before the first character with a script goes.
/// </summary>
internal sealed class ScriptsStage : PreTokenizerStage
{
    private const int Any = -1;
    private const int UnicodeVersion = 90; // of Hugging Face's stage, times ten
    private const int ProlongedSoundMark = 0x30FC;
    private static readonly int Han = ScriptTables.Names.IndexOf("Han");
    private static readonly int Hiragana = ScriptTables.Names.IndexOf("Hiragana");
    private static readonly int Katakana = ScriptTables.Names.IndexOf("Katakana");
    private static readonly int Unknown = ScriptTables.Names.IndexOf("Unknown");

    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        text.BeginCut();
        var bytes = text.Text.Bytes;
        foreach (var piece in text.Pieces)
        {
            var (start, last) = (-1, Any);
            for (int position = piece.Start, length; position < piece.End; position += length)
            {
                var script = ScriptOf(Utf8Text.At(bytes, position, out length));
                if (script == Any || script == last)
                    continue;
                if (start >= 0)
                    text.Add(start, position);
                (start, last) = (position, script);
            }
            if (start >= 0)
                text.Add(start, piece.End);
        }
        text.EndCut();
    }

    private static int ScriptOf(int character)
    {
        if (character == ' ' || CodePoint.Age(character) > UnicodeVersion)
            return Any;
        var script = character == ProlongedSoundMark ? Han : CodePoint.Script(character);
        return script == Unknown ? Any : script == Hiragana || script == Katakana ? Han : script;
    }
}
