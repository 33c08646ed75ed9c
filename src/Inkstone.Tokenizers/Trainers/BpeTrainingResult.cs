namespace Inkstone.Tokenizers;

/// <summary>A trained tokenizer and what its training saw.</summary>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="RequestedVocabularySize">How many tokens were asked for; the tokenizer has fewer where the text supports no more.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Pieces">How many pieces the pre-tokenizer cut them into.</param>
/// <param name="DistinctPieces">How many different pieces were left to learn from.</param>
/// <param name="DroppedPieces">How many different pieces were dropped for the limit of memory; 0 means that all counts are exact.</param>
public sealed record BpeTrainingResult(
    Tokenizer Tokenizer, int RequestedVocabularySize, long Bytes, long Pieces, int DistinctPieces, long DroppedPieces);
