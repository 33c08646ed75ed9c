using Inkstone.Foundation.Errors;

namespace Inkstone.Training.Tests;

public sealed class TrainingOptionsTests
{
    public static TheoryData<string, TrainingOptions> Wrong => new()
    {
        { nameof(TrainingOptions.Steps), new() { Steps = 0 } },
        { nameof(TrainingOptions.BatchRows), new() { BatchRows = 0 } },
        { nameof(TrainingOptions.Accumulation), new() { Accumulation = -1 } },
        { nameof(TrainingOptions.LearningRate), new() { LearningRate = -1e-3 } },
        { nameof(TrainingOptions.LearningRate), new() { LearningRate = double.NaN } },
        { nameof(TrainingOptions.Schedule), new() { Schedule = (ScheduleKind)9 } },
        { nameof(TrainingOptions.WarmupSteps), new() { Steps = 10, WarmupSteps = 11 } },
        { nameof(TrainingOptions.MinimumShare), new() { MinimumShare = 1.1 } },
        { nameof(TrainingOptions.DecaySteps), new() { Steps = 10, DecaySteps = 11, Schedule = ScheduleKind.WarmupStableDecay } },
        { nameof(TrainingOptions.DecaySteps), new() { DecaySteps = 5 } },
        { nameof(TrainingOptions.DecayStart), new() { DecayStart = 5 } },
        { nameof(TrainingOptions.GradientClip), new() { GradientClip = double.PositiveInfinity } },
        { nameof(TrainingOptions.NonFinite), new() { NonFinite = (NonFinitePolicy)(-1) } },
        { nameof(TrainingOptions.NonFiniteLimit), new() { NonFiniteLimit = 0 } },
        { nameof(OptimizerOptions.Kind), new() { Optimizer = new() { Kind = (OptimizerKind)99 } } },
        { nameof(OptimizerOptions.Beta1), new() { Optimizer = new() { Beta1 = 1 } } },
        { nameof(OptimizerOptions.Beta2), new() { Optimizer = new() { Beta2 = -0.1 } } },
        { nameof(OptimizerOptions.Epsilon), new() { Optimizer = new() { Epsilon = -1 } } },
        { nameof(OptimizerOptions.Momentum), new() { Optimizer = new() { Momentum = 1 } } },
        { nameof(OptimizerOptions.WeightDecay), new() { Optimizer = new() { WeightDecay = double.NaN } } },
        { nameof(OptimizerOptions.MatrixRate), new() { Optimizer = new() { MatrixRate = -1 } } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_out_of_range_is_named(string name, TrainingOptions options)
    {
        var error = Assert.Throws<InkstoneRequestException>(options.Validate);
        Assert.Equal(name, error.Where);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void The_defaults_are_valid() => new TrainingOptions().Validate();
}
