using Inkstone.Evaluation;

namespace Inkstone.Recipes;

/// <summary>What came of a run.</summary>
public sealed record RunOutcome
{
    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The plan.</summary>
    public required TrainingPlan Plan { get; init; }

    /// <summary>The text and the baselines.</summary>
    public required RunFacts Facts { get; init; }

    /// <summary>The score on all held-out text; null when the run was stopped early.</summary>
    public required LanguageModelScore? Score { get; init; }

    /// <summary>The scores of the held-out sample in the course of training.</summary>
    public required IReadOnlyList<ValidationPoint> Validations { get; init; }

    /// <summary>What the model wrote at the end.</summary>
    public required IReadOnlyList<GeneratedSample> Samples { get; init; }

    /// <summary>Steps made, those before a resumption counted.</summary>
    public required long Steps { get; init; }

    /// <summary>Tokens trained on.</summary>
    public required long Tokens { get; init; }

    /// <summary>The step at which the decay began.</summary>
    public required long DecayStart { get; init; }

    /// <summary>Seconds the recipe took, from its beginning or its last resumption.</summary>
    public required double Seconds { get; init; }

    /// <summary>The median of the steps' floating-point operations a second, in 10⁹.</summary>
    public required double TrainingGflops { get; init; }

    /// <summary>Whether the caller stopped the run before its end; a checkpoint was saved.</summary>
    public bool Stopped { get; init; }

    /// <summary>The minute at which the held-out sample's score first was below a baseline's; null when it never was.</summary>
    public double? MinutePassed(Baseline baseline) =>
        (baseline.SampleBitsPerByte ?? baseline.BitsPerByte) is { } target ? Validations.FirstOrDefault(point => point.BitsPerByte < target)?.Minutes : null;
}
