namespace Inkstone.Tokenizers;

/// <summary>A stage that cuts the pieces of a text further, and may rewrite them. Stages are immutable and safe from many threads.</summary>
internal abstract class PreTokenizerStage
{
    /// <summary>Whether the stage asks which source a piece stands for.</summary>
    public virtual bool NeedsAlignment => false;

    /// <summary>Acts on every piece.</summary>
    public abstract void Apply(PreTokenizedText text);
}
