using Inkstone.Foundation.Errors;

namespace Inkstone.Training.Tests;

public sealed class ScheduleTests
{
    [Fact]
    public void Warm_up_rises_in_a_straight_line_to_the_full_rate()
    {
        var shares = Shares(new TrainingOptions { Steps = 10, WarmupSteps = 4, Schedule = ScheduleKind.Constant });
        Assert.Equal([0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1], shares);
    }

    [Fact]
    public void Cosine_ends_at_the_minimum_share()
    {
        var options = new TrainingOptions { Steps = 100, WarmupSteps = 20, MinimumShare = 0.1 };
        var shares = Shares(options);
        Assert.Equal(1, shares[20], 1e-12);
        Assert.Equal(0.55, shares[60], 1e-12);
        Assert.Equal(shares[20..], shares[20..].OrderDescending());
        Assert.Equal(0.1, LearningRateSchedule.ShareAt(options, default, 100), 1e-12);
    }

    [Fact]
    public void Warmup_stable_decay_is_stable_and_then_falls_in_a_straight_line()
    {
        var shares = Shares(new TrainingOptions { Steps = 10, Schedule = ScheduleKind.WarmupStableDecay, DecaySteps = 4, WarmupSteps = 2 });
        Assert.Equal([0.5, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2], shares.Select(share => Math.Round(share, 12)));
    }

    [Fact]
    public void The_decay_can_begin_early_and_the_run_ends_with_it()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(),
            new TrainingOptions
            {
                Steps = 100,
                BatchRows = 16,
                LearningRate = 1,
                Optimizer = new() { MatrixRate = 1e-3, VectorRate = 1e-3, EmbeddingRate = 1e-3 },
                Schedule = ScheduleKind.WarmupStableDecay,
                DecaySteps = 3
            });
        var rates = new List<double>();
        foreach (var step in trainer.Run())
        {
            rates.Add(Math.Round(step.LearningRate, 12));
            if (step.Number == 5)
                trainer.BeginDecay();
            if (step.Number == 6)
                trainer.BeginDecay(); // has begun: changes nothing
        }
        Assert.Equal([1, 1, 1, 1, 1, 0.75, 0.5, 0.25], rates);
        Assert.Equal(new Decay(5, 3), trainer.Decay);
        Assert.Equal(8, trainer.LastStep);
    }

    [Fact]
    public void Another_schedule_cannot_begin_its_decay()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(), new TrainingOptions { Steps = 3, BatchRows = 16 });
        Assert.Throws<InkstoneRequestException>(() => trainer.BeginDecay());
    }

    private static double[] Shares(TrainingOptions options)
    {
        options.Validate();
        return [.. Enumerable.Range(0, options.Steps).Select(step => LearningRateSchedule.ShareAt(options, options.PlannedDecay(), step))];
    }
}
