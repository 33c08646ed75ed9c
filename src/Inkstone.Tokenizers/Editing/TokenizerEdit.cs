namespace Inkstone.Tokenizers;

/// <summary>A tokenizer made from another, and where each token went: what an embedding of the old one needs to be resized.</summary>
/// <param name="Tokenizer">The new tokenizer.</param>
/// <param name="NewIds">For each old id the new one; −1 where the token is gone.</param>
public sealed record TokenizerEdit(Tokenizer Tokenizer, IReadOnlyList<int> NewIds)
{
    /// <summary>How many old tokens are still there.</summary>
    public int Kept => NewIds.Count(id => id >= 0);
}

/// <summary>A tokenizer made from two.</summary>
/// <param name="Tokenizer">The new tokenizer.</param>
/// <param name="NewIds">For each id of the first the new one: always the same.</param>
/// <param name="NewIdsOfOther">For each id of the second the new one; −1 for an id that the second leaves unused.</param>
/// <param name="Unreached">
/// Tokens of the second, by their new ids, that their own text does not become, because rules or scores of the first cut it otherwise.
/// </param>
public sealed record TokenizerUnion(Tokenizer Tokenizer, IReadOnlyList<int> NewIds, IReadOnlyList<int> NewIdsOfOther, IReadOnlyList<int> Unreached);
