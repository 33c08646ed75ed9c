namespace Inkstone.Tokenizers;

/// <summary>The settings of every component of type <c>ByteLevel</c>, though each heeds only some.</summary>
/// <param name="AddsPrefixSpace">Whether a text that does not begin with a space gets one.</param>
/// <param name="TrimsOffsets">Whether offsets leave out the spaces about words.</param>
/// <param name="Cuts">Whether text is cut by GPT-2's pattern.</param>
internal readonly record struct ByteLevelSettings(bool AddsPrefixSpace, bool TrimsOffsets, bool Cuts)
{
    /// <summary>Cuts and does no more.</summary>
    public static ByteLevelSettings Cutting { get; } = new(AddsPrefixSpace: false, TrimsOffsets: true, Cuts: true);

    /// <summary>All three, as a file without settings means.</summary>
    public static ByteLevelSettings All { get; } = new(true, true, true);
}
