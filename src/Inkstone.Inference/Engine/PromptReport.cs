namespace Inkstone.Inference;

/// <summary>What an engine says of a request's prompt.</summary>
/// <param name="TokenCount">Its tokens, those dropped included.</param>
/// <param name="CachedCount">How many of them were found computed already.</param>
/// <param name="DroppedCount">How many were dropped because the context could not hold them (<see cref="ContextOverflow.Shift"/>).</param>
/// <param name="Scores">The scores of the tokens that were not dropped, when they were asked for; else empty. The first token has none: its log-probability is not a number.</param>
public sealed record PromptReport(int TokenCount, int CachedCount, int DroppedCount, IReadOnlyList<ScoredToken> Scores);

/// <summary>A token of a prompt, and how probable the model holds it after those before it.</summary>
/// <param name="Token">The id.</param>
/// <param name="LogProbability">ln of its probability under the model's own softmax.</param>
/// <param name="Top">The most probable tokens in its place, falling.</param>
public readonly record struct ScoredToken(int Token, double LogProbability, IReadOnlyList<TokenLogProbability> Top);
