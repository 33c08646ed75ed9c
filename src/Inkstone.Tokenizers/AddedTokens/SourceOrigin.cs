namespace Inkstone.Tokenizers;

/// <summary>Where places of a text lie in the source: so much further on, or where the text's own ranges say.</summary>
/// <param name="Offset">Where the text begins in the source.</param>
/// <param name="Text">A normalised text that knows its ranges; null for text that is the source's own.</param>
internal readonly record struct SourceOrigin(int Offset, NormalizedText? Text = null)
{
    /// <summary>The place of the source.</summary>
    public int PlaceOf(int position) => Text is { IsAligned: true } text ? text.SourceOf(position, Math.Min(position + 1, text.Bytes.Length)).Start : Offset + position;
}
