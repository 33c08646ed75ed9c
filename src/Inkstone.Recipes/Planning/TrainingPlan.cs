using Inkstone.Models;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>Everything a run does, decided before it starts. The same plan on the same text gives the same model, bit for bit.</summary>
public sealed record TrainingPlan
{
    /// <summary>The network.</summary>
    public required LlamaConfig Model { get; init; }

    /// <summary>The size's name.</summary>
    public required string Size { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The seed of everything.</summary>
    public required long Seed { get; init; }

    /// <summary>Trained numbers.</summary>
    public required long Parameters { get; init; }

    /// <summary>Memory the run needs at its peak, estimated, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>What the machine was taken to be.</summary>
    public required MachineSpeed Machine { get; init; }

    /// <summary>The stages and the seconds each is expected to take.</summary>
    public required IReadOnlyList<PlannedStage> Stages { get; init; }

    /// <summary>The whole budget in seconds; null when only the steps count.</summary>
    public double? BudgetSeconds { get; init; }

    /// <summary>The steps that the budget is expected to be good for; a machine that turns out faster makes up to half as many more.</summary>
    public required int PlannedSteps { get; init; }

    /// <summary>Tokens the run is expected to train on.</summary>
    public long Tokens => (long)PlannedSteps * Training.BatchRows * Training.Accumulation;

    /// <summary>Seconds all stages take together.</summary>
    public double TotalSeconds => Stages.Sum(stage => stage.Seconds);
}

/// <summary>A stage of a run.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Seconds">How long it is expected to take, or took when it is already done.</param>
/// <param name="Done">Whether the seconds are measured.</param>
public sealed record PlannedStage(string Name, double Seconds, bool Done);
