namespace Inkstone.Tokenizers;

/// <summary>The kinds of tokenizers that can be trained.</summary>
public enum TokenizerKind
{
    /// <summary>Byte pair encoding of bytes, as GPT-2's and its descendants': no text is unknown. The usual choice.</summary>
    ByteLevelBpe,

    /// <summary>Byte pair encoding of the characters of words, whose end is marked <c>&lt;/w&gt;</c> (Sennrich et al. 2016).</summary>
    CharacterBpe,

    /// <summary>Byte pair encoding with scores, as a SentencePiece model.</summary>
    SentencePieceBpe,

    /// <summary>Unigram (Kudo 2018), as a SentencePiece model.</summary>
    Unigram,

    /// <summary>WordPiece with BERT's stages: Chinese characters by themselves, <c>##</c> within words.</summary>
    WordPiece,

    /// <summary>Words and runs of punctuation.</summary>
    Word,

    /// <summary>Words as Unicode's word boundaries (UAX 29) tell them.</summary>
    UnicodeWord,

    /// <summary>Characters.</summary>
    Character,

    /// <summary>The 256 bytes.</summary>
    Byte,
}
