using Inkstone.Foundation.Errors;

namespace Inkstone.Training.Tests;

public sealed class NonFiniteTests
{
    private static readonly TrainingOptions Options = new() { Steps = 12, BatchRows = 32, Schedule = ScheduleKind.Constant };

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Stop_names_step_batch_and_norms_and_leaves_the_weights(double factor)
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new BrokenNextToken(3) { Factor = factor }, Options);
        var before = "";
        var error = Assert.Throws<InkstoneNumericException>(() =>
        {
            foreach (var _ in trainer.Run())
                before = Samples.Digest(trainer.Model);
        });
        Assert.Equal(6, error.ExitCode);
        Assert.Contains("step 4, batch 3, documents", error.Message, StringComparison.Ordinal);
        var norms = (string)error.Data["norms"]!;
        Assert.All(trainer.Model.Parameters, parameter => Assert.Contains(parameter.Name, norms, StringComparison.Ordinal));
        Assert.Equal(before, Samples.Digest(trainer.Model));
        Assert.Equal(3, trainer.Step);
    }

    [Fact]
    public void Skip_leaves_weights_and_moments_and_goes_on()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new BrokenNextToken(3, 4, 7), Options with { NonFinite = NonFinitePolicy.Skip });
        var (before, updates) = (Samples.Digest(trainer.Model), 0L);
        foreach (var step in trainer.Run())
        {
            var after = Samples.Digest(trainer.Model);
            Assert.Equal(step.Number is 4 or 5 or 8, step.Skipped);
            Assert.Equal(step.Skipped, before == after);
            Assert.Equal(step.Skipped, updates == trainer.Optimizer.Updates);
            (before, updates) = (after, trainer.Optimizer.Updates);
        }
        Assert.Equal(12, trainer.Step);
        Assert.Equal(9, updates);
    }

    [Fact]
    public void Skip_stops_after_three_in_a_row()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new BrokenNextToken(5, 6, 7), Options with { NonFinite = NonFinitePolicy.Skip });
        var error = Assert.Throws<InkstoneNumericException>(() => trainer.Run().ToList());
        Assert.Contains("3 times in a row", error.Message, StringComparison.Ordinal);
        Assert.Contains("step 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_infinite_gradient_is_caught_though_the_loss_is_finite()
    {
        var model = Samples.Gpt();
        var trainer = new Trainer(model, Samples.Text(), new HugeGradient(), Options with { GradientClip = 0 });
        var before = Samples.Digest(model);
        var error = Assert.Throws<InkstoneNumericException>(() => trainer.Run().First());
        Assert.Contains("gradient norm", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Samples.Digest(model));
    }

    [Fact]
    public void Rolling_back_needs_a_checkpoint()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new BrokenNextToken(2), Options with { NonFinite = NonFinitePolicy.RollBack });
        Assert.Throws<InkstoneRequestException>(() => trainer.Run().ToList());
    }

    /// <summary>√x of a sum that is exactly zero: the value is finite, the derivative is not.</summary>
    private sealed class HugeGradient : NextToken
    {
        public override ObjectiveValue Evaluate(Models.Model model, TrainingBatch batch, double scale, Foundation.Randomness.Rng? random)
        {
            var value = base.Evaluate(model, batch, scale, random);
            return new ObjectiveValue(value.Loss + (value.Loss - value.Loss).Sqrt());
        }
    }
}
