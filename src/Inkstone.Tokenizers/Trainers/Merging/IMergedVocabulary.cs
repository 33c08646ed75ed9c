namespace Inkstone.Tokenizers;

/// <summary>A vocabulary that merging makes larger.</summary>
internal interface IMergedVocabulary
{
    /// <summary>How many tokens there are.</summary>
    int Count { get; }

    /// <summary>The length of each token, in the unit that the longest is given in.</summary>
    List<int> Lengths { get; }

    /// <summary>Adds the rule that joins two tokens; false, and nothing added, where they must not be joined.</summary>
    bool TryMerge(int left, int right, out int result);

    /// <summary>Whether a pair goes before another of equal count, where ties are not settled by ids: usually because its text is greater.</summary>
    bool IsGreater(ulong pair, ulong other);

    /// <summary>Writes the tokens that a piece begins as.</summary>
    int Start(ReadOnlySpan<byte> piece, Span<int> tokens);
}
