namespace Inkstone.Inference;

/// <summary>Divides every score by the temperature; at zero only the most probable token stays, of several the lowest id.</summary>
public sealed class TemperatureStep : ISamplerStep
{
    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        var temperature = input.Options.Temperature;
        if (temperature == 0)
        {
            candidates.KeepHighest(1);
            return;
        }
        if (temperature == 1)
            return;
        // from the highest, which stays finite however small the temperature is
        var highest = candidates.Highest;
        foreach (ref var score in candidates.Scores)
            score = (score - highest) / temperature;
    }
}
