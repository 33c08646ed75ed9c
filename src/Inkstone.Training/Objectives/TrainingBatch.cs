using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>Inputs and targets on the host: what an objective's <see cref="Objective.Prepare"/> makes.</summary>
/// <param name="tokens">The ids of all rows.</param>
/// <param name="layout">How the rows lie in sequences.</param>
/// <param name="targets">Each row's target, or <see cref="Ignored"/>.</param>
/// <param name="targetCount">How many rows have a target.</param>
public sealed class TrainingBatch(int[] tokens, TokenLayout layout, int[] targets, int targetCount)
{
    /// <summary>The target of a row that counts nothing.</summary>
    public const int Ignored = -100;

    /// <summary>The ids of all rows.</summary>
    public int[] Tokens { get; } = tokens;

    /// <summary>How the rows lie in sequences.</summary>
    public TokenLayout Layout { get; } = layout;

    /// <summary>Each row's target, or <see cref="Ignored"/>.</summary>
    public int[] Targets { get; } = targets;

    /// <summary>How many rows have a target.</summary>
    public int TargetCount { get; } = targetCount;
}
