using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>How the next token is chosen from the model's scores.</summary>
public sealed record SamplingOptions
{
    /// <summary>Always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Scores are divided by it: below 1 surer, above 1 bolder; 0 always takes the most probable.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only this many of the most probable tokens may be drawn (0: all).</summary>
    public int TopK { get; init; }

    /// <summary>Only the fewest most probable tokens whose probabilities reach this sum may be drawn (Holtzman et al. 2020; 1: all).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this share as probable as the most probable may be drawn (0: all).</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Scores of tokens already in the sequence are divided by it when positive and multiplied by it when negative (Keskar et al. 2019; 1: nothing).
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The seed of the draws: the same seed, prompt and options give the same tokens, alone or among strangers.</summary>
    public long Seed { get; init; }

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        Require(nameof(Temperature), Temperature, 0, 100);
        Require(nameof(TopK), TopK, 0, int.MaxValue);
        Require(nameof(TopP), TopP, double.Epsilon, 1);
        Require(nameof(MinP), MinP, 0, 1);
        Require(nameof(RepetitionPenalty), RepetitionPenalty, 0.01, 100);
    }

    private static void Require(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new InkstoneRequestException("the value is out of range", name, string.Create(CultureInfo.InvariantCulture, $"{least:g} to {most:g}"),
                value.ToString(CultureInfo.InvariantCulture));
    }
}
