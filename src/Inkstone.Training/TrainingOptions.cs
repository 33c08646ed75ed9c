using Inkstone.Foundation.Errors;

namespace Inkstone.Training;

/// <summary>What to do when a loss or gradient is not a finite number. The weights are untouched in every case.</summary>
public enum NonFinitePolicy
{
    /// <summary>Stop with an error that names the step, the batch and every layer's norms.</summary>
    Stop,

    /// <summary>Leave the batch out; stop after <see cref="TrainingOptions.NonFiniteLimit"/> in a row.</summary>
    Skip,

    /// <summary>
    /// Go back to the last checkpoint and go on with the text after the batch that failed; stop after <see cref="TrainingOptions.NonFiniteLimit"/> without
    /// getting past the step that failed.
    /// </summary>
    RollBack,
}

/// <summary>How a run trains. Values are checked when a <see cref="Trainer"/> is made.</summary>
public sealed record TrainingOptions
{
    /// <summary>How many updates the run makes, unless its decay begins early. Default 1,000.</summary>
    public int Steps { get; init; } = 1_000;

    /// <summary>Rows (tokens with a target) of one forward and backward pass. Default 2,048.</summary>
    public int BatchRows { get; init; } = 2_048;

    /// <summary>How many passes make one update; the loss is normalised by the targets of all of them. Default 1.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>The full learning rate; groups of parameters may have shares of it (<see cref="OptimizerOptions"/>). Default 10⁻³.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The shape of the learning rate. Default <see cref="ScheduleKind.Cosine"/>.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Steps over which the rate rises in a straight line from nothing. Default 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>The share of the full rate that the schedule ends at. Default 0.</summary>
    public double MinimumShare { get; init; }

    /// <summary>For <see cref="ScheduleKind.WarmupStableDecay"/>: the length of the decay at the end; null means a fifth of the steps. Default null.</summary>
    public int? DecaySteps { get; init; }

    /// <summary>For <see cref="ScheduleKind.WarmupStableDecay"/>: the step at which the decay begins, to repeat a run whose decay began early. Default null.</summary>
    public int? DecayStart { get; init; }

    /// <summary>The optimiser.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Gradients are scaled down when their norm over all parameters is above this; 0 never. Default 1.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>The seed of data order and dropout. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Whether each epoch takes the text in an order of its own; otherwise as it lies. Default true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Every how many steps the validation text is scored; 0 never. Default 0.</summary>
    public int ValidationInterval { get; init; }

    /// <summary>The most rows of validation text that one validation scores; 0 all. Default 0.</summary>
    public int ValidationRows { get; init; }

    /// <summary>What to do when a loss or gradient is not finite. Default <see cref="NonFinitePolicy.Stop"/>.</summary>
    public NonFinitePolicy NonFinite { get; init; } = NonFinitePolicy.Stop;

    /// <summary>How many failures in a row <see cref="NonFinitePolicy.Skip"/> and <see cref="NonFinitePolicy.RollBack"/> bear. Default 3.</summary>
    public int NonFiniteLimit { get; init; } = 3;

    /// <summary>Whether blocks throw their intermediates away and make them again in the backward pass: less memory, a third more work. Default false.</summary>
    public bool Recompute { get; init; }

    /// <summary>Throws when a value is out of its range or two do not fit together, naming it.</summary>
    /// <exception cref="InkstoneRequestException">A value is not possible.</exception>
    public void Validate()
    {
        OptionRule.InRange(nameof(Steps), Steps, 1, int.MaxValue);
        OptionRule.InRange(nameof(BatchRows), BatchRows, 1, 1 << 24);
        OptionRule.InRange(nameof(Accumulation), Accumulation, 1, 1 << 20);
        OptionRule.InRange(nameof(LearningRate), LearningRate, 0, 1e3);
        OptionRule.IsDefined(nameof(Schedule), Schedule);
        OptionRule.InRange(nameof(WarmupSteps), WarmupSteps, 0, Steps);
        OptionRule.InRange(nameof(MinimumShare), MinimumShare, 0, 1);
        OptionRule.InRange(nameof(DecaySteps), DecaySteps ?? 0, 0, Steps);
        OptionRule.InRange(nameof(DecayStart), DecayStart ?? 0, 0, Steps);
        if (Schedule != ScheduleKind.WarmupStableDecay && (DecaySteps ?? DecayStart) is not null)
            throw new InkstoneRequestException("only the warmup-stable-decay schedule has a decay of its own", DecaySteps is null ? nameof(DecayStart) : nameof(DecaySteps),
                fix: $"Leave it out, or set {nameof(Schedule)} to {nameof(ScheduleKind.WarmupStableDecay)}.");
        OptionRule.InRange(nameof(GradientClip), GradientClip, 0, 1e9);
        OptionRule.InRange(nameof(ValidationInterval), ValidationInterval, 0, int.MaxValue);
        OptionRule.InRange(nameof(ValidationRows), ValidationRows, 0, int.MaxValue);
        OptionRule.IsDefined(nameof(NonFinite), NonFinite);
        OptionRule.InRange(nameof(NonFiniteLimit), NonFiniteLimit, 1, 1_000);
        Optimizer.Validate();
    }

    /// <summary>Where the decay lies when nobody begins it early.</summary>
    internal Decay PlannedDecay()
    {
        var length = DecaySteps ?? Math.Max(1, Steps / 5);
        return new Decay(DecayStart ?? Math.Max(0, Steps - length), length);
    }
}
