namespace Inkstone.Tokenizers;

/// <summary>A vocabulary whose tokens are joined from neighbours, so that merging continues its training.</summary>
internal interface IMergeDraft
{
    /// <summary>How it writes characters; null where it has all there can be.</summary>
    TokenMarks? Marks { get; }

    /// <summary>Cuts new text into the pieces that merges stay within.</summary>
    TextCutter Cutter(ContinuedTraining training);

    /// <summary>What pieces begin as: what the vocabulary, as it stands, makes of them.</summary>
    PieceStart Start();

    /// <summary>The length of a token in bytes, without marks; <see cref="int.MaxValue"/> for one that is joined to nothing.</summary>
    int LengthOf(int id);

    /// <summary>The piece that two tokens make; null where they must not be joined.</summary>
    byte[]? Join(int left, int right);

    /// <summary>Adds the rule that joins two tokens, where the model has rules.</summary>
    void AddRule(Merge rule);
}
