namespace Inkstone.Tokenizers;

/// <summary>A stage that rewrites text before it is cut into pieces. Stages are immutable and safe from many threads.</summary>
internal abstract class Normalizer
{
    /// <summary>Rewrites the text in place, in one pass or none.</summary>
    public abstract void Normalize(NormalizedText text);
}
