using Inkstone.Corpus;

namespace Inkstone.Recipes;

/// <summary>What a run knows of its text and of what it has to beat, before training begins.</summary>
/// <param name="Corpus">The documents, and what became of those left out.</param>
/// <param name="VocabularySize">Tokens of the tokenizer.</param>
/// <param name="TrainTokens">Tokens of the training text.</param>
/// <param name="ValidationTokens">Tokens of the held-out text.</param>
/// <param name="TextDigest">SHA-256 of both.</param>
/// <param name="Baselines">What is to be beaten.</param>
public sealed record RunFacts(
    CorpusReport Corpus, int VocabularySize, long TrainTokens, long ValidationTokens, string TextDigest, IReadOnlyList<Baseline> Baselines);
