namespace Inkstone.Inference;

/// <summary>One step between the model's scores and a draw. It may keep memory between draws, but nothing that changes a result; for one thread.</summary>
public interface ISamplerStep
{
    /// <summary>Changes scores or drops candidates.</summary>
    /// <param name="candidates">What may still be drawn.</param>
    /// <param name="input">The request's options and the sequence so far.</param>
    void Apply(Candidates candidates, in SamplerInput input);
}
