namespace Inkstone.Tokenizers;

/// <summary>Whose regular expressions a pattern is written in; the two differ in what some of the same signs mean.</summary>
internal enum PatternDialect
{
    /// <summary>
    /// Oniguruma, for tokenizer.json: <c>{n,m}+</c> repeats a repeat, <c>{n}?</c> makes it optional, <c>^</c> and <c>$</c> match at
    /// every line, <c>(?m)</c> lets the dot match line ends, and <c>a(?i)b|c</c> is <c>a(?i:b|c)</c>.
    /// </summary>
    Oniguruma,

    /// <summary>Rust's fancy-regex, for tiktoken: <c>{n,m}+</c> is possessive, <c>^</c> and <c>$</c> match at the ends of the text.</summary>
    Rust,

    /// <summary>llama.cpp's, whose tables are of Unicode 15.1; as Rust's in all that its patterns hold.</summary>
    Llama,
}
