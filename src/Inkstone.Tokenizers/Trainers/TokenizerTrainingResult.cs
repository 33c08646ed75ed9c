namespace Inkstone.Tokenizers;

/// <summary>A trained tokenizer and what its training saw.</summary>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="RequestedVocabularySize">How many tokens were asked for.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Pieces">How many pieces or words they were cut into.</param>
/// <param name="DistinctPieces">How many different ones were left to learn from.</param>
/// <param name="DroppedPieces">How many different ones were dropped for the limit of memory; 0 means that all counts are exact.</param>
/// <param name="SampledShare">The share of the text, by characters, that pieces were sought in; 1 but for unigram on text that does not fit.</param>
public sealed record TokenizerTrainingResult(
    Tokenizer Tokenizer, int RequestedVocabularySize, long Bytes, long Pieces, int DistinctPieces, long DroppedPieces, double SampledShare = 1);
