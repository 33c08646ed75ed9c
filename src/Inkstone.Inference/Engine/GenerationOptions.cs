using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>What a request asks for.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most tokens to generate.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <inheritdoc cref="SamplingOptions.Temperature"/>
    public double Temperature { get; init; } = 1;

    /// <inheritdoc cref="SamplingOptions.TopK"/>
    public int TopK { get; init; }

    /// <inheritdoc cref="SamplingOptions.TopP"/>
    public double TopP { get; init; } = 1;

    /// <inheritdoc cref="SamplingOptions.MinP"/>
    public double MinP { get; init; }

    /// <inheritdoc cref="SamplingOptions.RepetitionPenalty"/>
    public double RepetitionPenalty { get; init; } = 1;

    /// <inheritdoc cref="SamplingOptions.Seed"/>
    public long Seed { get; init; }

    /// <summary>Texts that end the answer; none of them is part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Whether the end-of-text token is drawn like any other instead of ending the answer.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>The sampling half of the options.</summary>
    public SamplingOptions Sampling => new()
    {
        Temperature = Temperature,
        TopK = TopK,
        TopP = TopP,
        MinP = MinP,
        RepetitionPenalty = RepetitionPenalty,
        Seed = Seed,
    };

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        Sampling.Validate();
        if (MaxTokens < 1)
            throw new InkstoneRequestException("the value is out of range", nameof(MaxTokens), "1 or more", $"{MaxTokens}");
        if (Stop.Count > 64 || Stop.Any(text => string.IsNullOrEmpty(text) || text.Length > 1_024))
            throw new InkstoneRequestException("stop texts are out of range", nameof(Stop), "at most 64 texts of 1 to 1,024 characters");
    }
}
