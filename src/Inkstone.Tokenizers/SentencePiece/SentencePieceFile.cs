namespace Inkstone.Tokenizers;

/// <summary>
/// What a SentencePiece <c>.model</c> file says (github.com/google/sentencepiece, <c>sentencepiece_model.proto</c>): pieces with scores
/// and kinds, and the options that matter for encoding and decoding. The messages of options are kept as bytes too, so that a file
/// that is read and written is the same.
/// </summary>
internal sealed record SentencePieceFile
{
    /// <summary>How decoding shows unknown text unless the file says otherwise.</summary>
    public const string DefaultUnknownSurface = " \u2047 ";

    /// <summary>The texts of the pieces, UTF-8.</summary>
    public required PieceBlock Pieces { get; init; }

    /// <summary>The score of each piece: a natural-log probability (unigram) or minus the rank of a merge (BPE).</summary>
    public required float[] Scores { get; init; }

    /// <summary>What each piece is.</summary>
    public required SentencePieceKind[] Kinds { get; init; }

    /// <summary>How pieces are found.</summary>
    public SentencePieceAlgorithm Algorithm { get; init; } = SentencePieceAlgorithm.Unigram;

    /// <summary>Whether unknown text becomes bytes.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>Whether spaces end words rather than begin them.</summary>
    public bool HasWhitespaceSuffix { get; init; }

    /// <summary>How decoding shows unknown text.</summary>
    public string UnknownSurface { get; init; } = DefaultUnknownSurface;

    /// <summary>The id that opens a document, or −1.</summary>
    public int BeginId { get; init; } = -1;

    /// <summary>The id that closes a document, or −1.</summary>
    public int EndId { get; init; } = -1;

    /// <summary>The id that fills rows, or −1.</summary>
    public int PadId { get; init; } = -1;

    /// <summary>The options of the normaliser.</summary>
    public SentencePieceNormalization Normalization { get; init; } = new();

    /// <summary>What is done to decoded text; usually nothing.</summary>
    public SentencePieceNormalization? Denormalization { get; init; }

    /// <summary>The trainer's options as they stand in the file; empty for a model made here.</summary>
    public byte[] TrainerBytes { get; init; } = [];

    /// <summary>The normaliser's options as they stand in the file; empty for a model made here.</summary>
    public byte[] NormalizerBytes { get; init; } = [];

    /// <summary>The denormaliser's options as they stand in the file; empty for a model made here, or where there are none.</summary>
    public byte[] DenormalizerBytes { get; init; } = [];

    /// <summary>The examples by which SentencePiece tests itself, as they stand in the file; empty where there are none.</summary>
    public byte[] SelfTestBytes { get; init; } = [];

    /// <summary>Whether the file says of ordinary pieces too what they are.</summary>
    public bool SaysNormalKind { get; init; }

    /// <summary>Whether the file leaves scores of 0 out.</summary>
    public bool LeavesZeroOut { get; init; }

    /// <summary>The id of the unknown piece.</summary>
    public int UnknownId => Array.IndexOf(Kinds, SentencePieceKind.Unknown);
}

/// <summary>How a SentencePiece model prepares text.</summary>
internal sealed record SentencePieceNormalization
{
    /// <summary>The name of the rules.</summary>
    public string Name { get; init; } = "identity";

    /// <summary>The rules, or null for none.</summary>
    public CharacterMap? Map { get; init; }

    /// <summary>Whether a space is put before (or, as a suffix, after) the text.</summary>
    public bool AddsDummyPrefix { get; init; } = true;

    /// <summary>Whether runs of spaces become one, and those at the ends go.</summary>
    public bool RemovesExtraWhitespace { get; init; } = true;

    /// <summary>Whether spaces are written U+2581.</summary>
    public bool EscapesWhitespace { get; init; } = true;
}
