namespace Inkstone.Inference;

/// <summary>A token that was drawn.</summary>
/// <param name="Token">The id; −1 when the constraint says that the answer is complete and no token can say so.</param>
/// <param name="LogProbability">ln of its probability under the model's own softmax, before anything changed the scores.</param>
public readonly record struct SampledToken(int Token, double LogProbability)
{
    /// <summary>ln Σ e^score over all tokens.</summary>
    internal double Normaliser { get; init; }
}
