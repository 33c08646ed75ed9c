namespace Inkstone.Tokenizers;

/// <summary>The values of Word_Break (Unicode Standard Annex 29, table 3), in the order of the tables.</summary>
internal enum WordBreak : byte
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>U+000D.</summary>
    CarriageReturn,

    /// <summary>U+000A.</summary>
    LineFeed,

    /// <summary>Other ends of lines.</summary>
    Newline,

    /// <summary>Combining marks, and what else extends the character before.</summary>
    Extend,

    /// <summary>Format controls.</summary>
    Format,

    /// <summary>U+200D, zero width joiner.</summary>
    Joiner,

    /// <summary>Two of them are a flag.</summary>
    RegionalIndicator,

    /// <summary>Katakana.</summary>
    Katakana,

    /// <summary>Hebrew letters.</summary>
    HebrewLetter,

    /// <summary>Letters of alphabets.</summary>
    Letter,

    /// <summary>U+0027.</summary>
    SingleQuote,

    /// <summary>U+0022.</summary>
    DoubleQuote,

    /// <summary>Stands between letters or between digits, as a full stop.</summary>
    MiddleBoth,

    /// <summary>Stands between letters, as a colon.</summary>
    MiddleOfLetters,

    /// <summary>Stands between digits, as a comma.</summary>
    MiddleOfNumber,

    /// <summary>Digits.</summary>
    Numeric,

    /// <summary>Joins letters and digits, as an underscore.</summary>
    Connector,

    /// <summary>White space that holds together.</summary>
    Space,
}
