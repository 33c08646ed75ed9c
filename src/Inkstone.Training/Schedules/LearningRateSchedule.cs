namespace Inkstone.Training;

/// <summary>The shape of the learning rate over a run.</summary>
public enum ScheduleKind
{
    /// <summary>The full rate after the warm-up.</summary>
    Constant,

    /// <summary>Half a cosine from the full rate to the minimum share (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>
    /// The full rate until the decay begins, then a straight line to the minimum share (Hu et al. 2024, "MiniCPM"; Hägele et al. 2024). The decay may begin
    /// early, so a run need not know its length when it starts.
    /// </summary>
    WarmupStableDecay,
}

/// <summary>The learning rate's share of its full value at a step: a pure function of the step, the options and where decay began.</summary>
internal static class LearningRateSchedule
{
    /// <summary>The share at a step, counted from 0.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="decay">The decay's beginning and length, for <see cref="ScheduleKind.WarmupStableDecay"/>.</param>
    /// <param name="step">The step.</param>
    public static double ShareAt(TrainingOptions options, Decay decay, long step)
    {
        var warm = step < options.WarmupSteps ? (step + 1.0) / options.WarmupSteps : 1;
        return warm * options.Schedule switch
        {
            ScheduleKind.Cosine => CosineShare(options, step),
            ScheduleKind.WarmupStableDecay => LinearShare(options, decay, step),
            _ => 1,
        };
    }

    private static double CosineShare(TrainingOptions options, long step)
    {
        var length = Math.Max(1, options.Steps - options.WarmupSteps);
        var progress = Math.Clamp((double)(step - options.WarmupSteps) / length, 0, 1);
        return options.MinimumShare + (1 - options.MinimumShare) * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }

    private static double LinearShare(TrainingOptions options, Decay decay, long step)
    {
        if (step < decay.Start)
            return 1;
        var left = Math.Max(0, decay.Start + decay.Length - step) / (decay.Length + 1.0);
        return options.MinimumShare + (1 - options.MinimumShare) * left;
    }
}

/// <summary>Where the decay of a <see cref="ScheduleKind.WarmupStableDecay"/> run lies.</summary>
/// <param name="Start">The first step with a lower rate, counted from 0.</param>
/// <param name="Length">How many steps it has; the run ends with it.</param>
public readonly record struct Decay(long Start, long Length)
{
    /// <summary>The step at which the run ends.</summary>
    public long End => Start + Length;
}
