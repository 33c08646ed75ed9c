using System.Globalization;
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
    private const short Common = 0;
    private const short Letter = 1;
    private const short Ideograph = 2;

    /// <summary>What a character is to <see cref="IsPiece"/>.</summary>
    public static short KindOf(Rune character) => character.Value switch
    {
        ' ' => Space,
        (>= '0' and <= '9') or (>= 0xFF10 and <= 0xFF19) => Digit,
        (>= 0x3040 and < 0x3100) or (>= 0x31F0 and < 0x3200) or (>= 0x3400 and < 0xA000) or (>= 0xF900 and < 0xFB00) or (>= 0x20000 and < 0x40000) => Ideograph,
        _ => CodePoint.Category(character.Value) switch
        {
            <= UnicodeCategory.OtherLetter => Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Inherited,
            _ => Common,
        },
    };

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
