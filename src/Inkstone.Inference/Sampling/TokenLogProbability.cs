namespace Inkstone.Inference;

/// <summary>A token and how probable the model holds it.</summary>
/// <param name="Token">The id.</param>
/// <param name="LogProbability">ln of its probability under the model's own softmax.</param>
public readonly record struct TokenLogProbability(int Token, double LogProbability);
