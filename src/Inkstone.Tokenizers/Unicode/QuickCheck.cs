namespace Inkstone.Tokenizers;

/// <summary>What a code point says about text that holds it (Unicode Standard Annex 15, "Detecting normalization forms"). Hangul syllables, which are computed, have none.</summary>
[Flags]
internal enum QuickCheck : byte
{
    /// <summary>The text may be in every form.</summary>
    None = 0,

    /// <summary>Never in canonical decomposition.</summary>
    CanonicalDecompositionNo = 1,

    /// <summary>Never in compatibility decomposition.</summary>
    CompatibilityDecompositionNo = 2,

    /// <summary>Never in canonical composition.</summary>
    CanonicalCompositionNo = 4,

    /// <summary>May compose with what stands before.</summary>
    CanonicalCompositionMaybe = 8,

    /// <summary>Never in compatibility composition.</summary>
    CompatibilityCompositionNo = 16,

    /// <summary>May compose with what stands before.</summary>
    CompatibilityCompositionMaybe = 32,
}
