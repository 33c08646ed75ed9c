namespace Inkstone.Tokenizers;

/// <summary>What is done to encoded texts before a model sees them: tokens added about them, segments numbered, offsets trimmed.</summary>
internal abstract class PostProcessor
{
    /// <summary>How many tokens are added to one text, or to a pair.</summary>
    public abstract int AddedCount(bool isPair);

    /// <summary>Processes one text or a pair; what comes back is laid end to end, or processed further.</summary>
    /// <param name="encodings">One text or two, or what a processor before this one made of them.</param>
    /// <param name="addSpecial">Whether tokens are added.</param>
    /// <param name="texts">The texts; null will do unless <see cref="TrimsOffsets"/>.</param>
    public abstract TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial, SourceTexts? texts);

    /// <summary>Whether spaces about words are left out of offsets.</summary>
    public virtual bool TrimsOffsets => false;

    /// <summary>The ids that it adds.</summary>
    public virtual IEnumerable<int> Ids => [];

    /// <summary>The same for a vocabulary whose ids are others.</summary>
    /// <param name="newId">The new id of each of <see cref="Ids"/>.</param>
    public virtual PostProcessor Renumber(Func<int, int> newId) => this;

    /// <summary>A token that stands for nothing in the source.</summary>
    protected static TokenEncoding Added(int id, string token, int typeId) => new([new(id, token, default, typeId, IsSpecial: true)]);

    /// <summary>An encoding with its segment set.</summary>
    protected static TokenEncoding WithType(TokenEncoding encoding, int typeId) => encoding.Select(token => token with { TypeId = typeId });
}
