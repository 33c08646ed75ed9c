namespace Inkstone.Tokenizers;

/// <summary>The pre-tokenizers by name, for options.</summary>
public enum PreTokenizerKind
{
    /// <summary><see cref="PreTokenizer.Gpt2"/>.</summary>
    Gpt2,

    /// <summary><see cref="PreTokenizer.Gpt4"/>.</summary>
    Gpt4,

    /// <summary><see cref="PreTokenizer.Qwen2"/>.</summary>
    Qwen2,

    /// <summary><see cref="PreTokenizer.O200k"/>.</summary>
    O200k,

    /// <summary><see cref="PreTokenizer.DeepSeek"/>.</summary>
    DeepSeek,
}
