namespace Inkstone.Inference;

/// <summary>One step between the model's scores and a draw.</summary>
public interface ISamplerStep
{
    /// <summary>Changes scores or drops candidates.</summary>
    /// <param name="candidates">What may still be drawn.</param>
    /// <param name="options">The request's options.</param>
    /// <param name="history">The sequence so far, prompt included.</param>
    void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history);
}
