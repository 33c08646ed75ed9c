using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Which strings may be pieces, as SentencePiece's trainers decide it: spaces at the beginning (or, where words are not kept apart, anywhere but at the end), one
/// script but for marks that go with any, digits by themselves where they are split.
/// </summary>
/// <param name="options">The options.</param>
internal sealed class SentencePieceRules(SentencePieceTrainerOptions options)
{
    private const short AnyScript = -1;
    private const short Inherited = -2;
    private const short Space = -3;
    private const short Digit = -4;
    private static readonly short Common = Script("Common");
    private static readonly short Han = Script("Han");
    private static readonly short Hiragana = Script("Hiragana");
    private static readonly short Katakana = Script("Katakana");
    private static readonly short Unknown = Script("Unknown");
    private static readonly short InheritedScript = Script("Inherited");

    /// <summary>What a character is to <see cref="IsPiece"/>: the number of its script, kana being counted as Han, or one of the above.</summary>
    public static short KindOf(Rune character)
    {
        switch (character.Value)
        {
            case ' ':
                return Space;
            case (>= '0' and <= '9') or (>= 0xFF10 and <= 0xFF19):
                return Digit;
            case 0x30FC: // the mark of a long vowel, Common by itself
                return Han;
        }
        var script = (short)CodePoint.Script(character.Value);
        if (script == InheritedScript)
            return Inherited;
        return script == Hiragana || script == Katakana ? Han : script == Unknown ? Common : script;
    }

    private static short Script(string name) => (short)Array.IndexOf(ScriptTables.Names, name);

    /// <summary>Whether a string of characters of these kinds may be a piece.</summary>
    public bool IsPiece(ReadOnlySpan<short> kinds)
    {
        if (kinds.Length > options.MaximumPieceLength)
            return false;
        var script = AnyScript;
        for (var i = 0; i < kinds.Length; i++)
        {
            var next = kinds[i];
            if (next == Space)
            {
                if (i > 0 && (options.SplitsWhitespace || i == kinds.Length - 1))
                    return false;
                continue;
            }
            if (next == Digit)
            {
                if (options.SplitsDigits && kinds.Length > 1)
                    return false;
                next = options.SplitsNumbers ? Common : AnyScript;
            }
            if (next == Inherited)
                next = script;
            if (options.SplitsScripts && next != AnyScript && script != AnyScript && next != script)
                return false;
            script = next;
        }
        return true;
    }
}
