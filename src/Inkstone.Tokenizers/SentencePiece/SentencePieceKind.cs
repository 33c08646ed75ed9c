namespace Inkstone.Tokenizers;

/// <summary>What a piece of a SentencePiece model is; the numbers are those of the file.</summary>
internal enum SentencePieceKind : byte
{
    /// <summary>Found in text by the model.</summary>
    Normal = 1,

    /// <summary>Stands for text that no piece covers; there is exactly one.</summary>
    Unknown = 2,

    /// <summary>Never found in text.</summary>
    Control = 3,

    /// <summary>Found in text wherever it occurs, before the model is asked.</summary>
    UserDefined = 4,

    /// <summary>Kept for its id; never given out.</summary>
    Unused = 5,

    /// <summary>One byte of text that no piece covers, written <c>&lt;0x41&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>How a SentencePiece model finds pieces; the numbers are those of the file.</summary>
internal enum SentencePieceAlgorithm
{
    /// <summary>The most probable row of pieces.</summary>
    Unigram = 1,

    /// <summary>Neighbours merged, best score first.</summary>
    BytePair = 2,

    /// <summary>Whole words.</summary>
    Word = 3,

    /// <summary>Single characters.</summary>
    Character = 4,
}
