namespace Inkstone.Tokenizers;

/// <summary>The normalisation forms of Unicode (Unicode Standard Annex 15).</summary>
internal enum NormalizationKind
{
    /// <summary>Canonical decomposition, then canonical composition.</summary>
    Nfc,

    /// <summary>Canonical decomposition.</summary>
    Nfd,

    /// <summary>Compatibility decomposition, then canonical composition.</summary>
    Nfkc,

    /// <summary>Compatibility decomposition.</summary>
    Nfkd,
}
