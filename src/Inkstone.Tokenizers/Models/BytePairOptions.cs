namespace Inkstone.Tokenizers;

/// <summary>What a byte pair encoding begins with and what it does with characters its vocabulary lacks, as <c>tokenizer.json</c> says it.</summary>
internal sealed record BytePairOptions
{
    /// <summary>Byte-level, with no unknown token, no affixes: every byte is a token.</summary>
    public static BytePairOptions ByteLevel { get; } = new() { IsByteLevel = true };

    /// <summary>Whether a piece begins as its bytes, all of which are tokens, and the vocabulary's bytes are those of text; else as its characters.</summary>
    public bool IsByteLevel { get; init; }

    /// <summary>Whether a piece that is in the vocabulary is that token even if no merges lead to it.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>The token for a character that is not in the vocabulary; null: such characters vanish.</summary>
    public string? Unknown { get; init; }

    /// <summary>Its id; −1 for none.</summary>
    public int UnknownId { get; init; } = -1;

    /// <summary>Whether unknown characters that stand together are one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether a character that is not in the vocabulary becomes its bytes, as tokens such as <c>&lt;0x0A&gt;</c>, where it has them all.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>What marks every character of a word but the first in the vocabulary; empty or null for nothing.</summary>
    public string? Prefix { get; init; }

    /// <summary>What marks the last character of a word in the vocabulary, such as <c>&lt;/w&gt;</c>; empty or null for nothing.</summary>
    public string? Suffix { get; init; }

    /// <summary>With which probability a merge is passed over where encoding samples (Provilkov et al. 2020, "BPE-Dropout"); null for none.</summary>
    public double? Dropout { get; init; }
}
