namespace Inkstone.Inference;

/// <summary>Divides every score by the temperature; at zero only the most probable token stays.</summary>
public sealed class TemperatureStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, SamplingOptions options, ReadOnlySpan<int> history)
    {
        if (options.Temperature == 0)
        {
            candidates.Sort();
            candidates.Keep(1);
            return;
        }
        if (options.Temperature == 1)
            return;
        foreach (ref var score in candidates.Scores)
            score /= options.Temperature;
    }
}
