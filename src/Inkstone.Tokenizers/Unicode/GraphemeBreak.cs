namespace Inkstone.Tokenizers;

/// <summary>The values of Grapheme_Cluster_Break (Unicode Standard Annex 29, table 2), in the order of the tables.</summary>
internal enum GraphemeBreak : byte
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>U+000D.</summary>
    CarriageReturn,

    /// <summary>U+000A.</summary>
    LineFeed,

    /// <summary>Controls, and other ends of lines.</summary>
    Control,

    /// <summary>Combining marks, and what else extends the character before.</summary>
    Extend,

    /// <summary>U+200D, zero width joiner.</summary>
    Joiner,

    /// <summary>Two of them are a flag.</summary>
    RegionalIndicator,

    /// <summary>Belongs to the character after.</summary>
    Prepend,

    /// <summary>Marks that take room of their own.</summary>
    SpacingMark,

    /// <summary>Leading consonants of Hangul.</summary>
    Lead,

    /// <summary>Vowels of Hangul.</summary>
    Vowel,

    /// <summary>Trailing consonants of Hangul.</summary>
    Trail,

    /// <summary>Hangul syllables without trailing consonant.</summary>
    Syllable,

    /// <summary>Hangul syllables with trailing consonant.</summary>
    ClosedSyllable,
}
