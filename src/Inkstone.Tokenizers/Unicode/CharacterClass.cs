namespace Inkstone.Tokenizers;

/// <summary>What a pre-tokenizer needs to know of a code point; exactly one of the values.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Neither letter, number nor white space: punctuation, symbols, marks, controls, unassigned, U+FFFD.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>.</summary>
    Number,

    /// <summary><c>\s</c> (the property White_Space), but for the two that <see cref="Newline"/> names.</summary>
    Space,

    /// <summary>Carriage return or line feed.</summary>
    Newline,

    /// <summary>In the byte table only: not ASCII, decode the whole sequence.</summary>
    Multibyte,
}
