using Inkstone.Foundation.Errors;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Training.Tests;

public sealed class TrainerTests
{
    private static readonly TrainingOptions Short = new() { Steps = 6, BatchRows = 64, LearningRate = 1e-2, Schedule = ScheduleKind.Constant };

    [Fact]
    public void Training_learns()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(), Short with { Steps = 120 }, Samples.Text(documents: 10, seed: 99));
        var before = trainer.Validate();
        Assert.InRange(before, Math.Log(Samples.Vocabulary) - 0.3, Math.Log(Samples.Vocabulary) + 0.3);
        foreach (var step in trainer.Run())
            Assert.True(double.IsFinite(step.Loss));
        Assert.InRange(trainer.Validate(), 0, before - 1);
    }

    [Fact]
    public void Two_accumulated_halves_equal_the_whole_though_targets_lie_unevenly()
    {
        var data = Samples.EvenText(documents: 24, rows: 16);
        var whole = new Trainer(Samples.Gpt(), data, new RaggedNextToken(), Short with { BatchRows = 64, Steps = 3 });
        var halves = new Trainer(Samples.Gpt(), data, new RaggedNextToken(), Short with { BatchRows = 32, Accumulation = 2, Steps = 3 });
        foreach (var (one, two) in whole.Run().Zip(halves.Run()))
        {
            Assert.Equal(one.Tokens, two.Tokens);
            Assert.True(one.Tokens < 64);
            Assert.Equal(one.Loss, two.Loss, 1e-5 * one.Loss);
            Assert.Equal(one.GradientNorm, two.GradientNorm, 1e-5 * one.GradientNorm);
            Assert.Equal(one.Flops, two.Flops, 1e-9 * one.Flops);
            foreach (var (p, q) in whole.Model.Parameters.Zip(halves.Model.Parameters))
                TensorAssert.Close(p.Gradient, q.Gradient, 1e-4, $"gradient of {p.Name}");
        }
        // were each half normalised by its own targets, the gradients would differ: the halves are uneven
        var counts = Enumerable.Range(0, 2).Select(b => new RaggedNextToken().Prepare(data.Batch(b, 32, null), default).TargetCount).ToList();
        Assert.NotEqual(counts[0], counts[1]);
    }

    [Fact]
    public void Documents_in_one_batch_do_not_see_each_other()
    {
        int[][] documents = [[5, 6, 7, 8], [9, 10], [5, 9, 6, 10, 7]];
        var model = Samples.Gpt();
        double Sum(params int[][] some)
        {
            var data = TokenDataset.FromTokens(some, Samples.Begin, Samples.End, 16);
            return new Trainer(model, data, new NextToken(), Short, data).Validate() * data.EpochRows;
        }
        Assert.Equal(documents.Sum(document => Sum(document)), Sum(documents), 1e-4);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void The_same_seed_gives_the_same_bits_at_any_thread_count(OptimizerKind kind)
    {
        var options = Short with { Seed = 7, Optimizer = new() { Kind = kind } };
        var digests = new[] { (1, 7), (2, 7), (2, 8) }.Select(run =>
        {
            var (threads, seed) = run;
            var config = Samples.TinyGpt with { Dropout = 0.1, AttentionDropout = 0.1 };
            var backend = new CpuBackend(threads: threads);
            var trainer = new Trainer(Samples.Gpt(1, config, backend), Samples.Text(), new NextToken(), options with { Seed = seed });
            var losses = string.Join(" ", trainer.Run().Select(step => $"{step.Loss:R}/{step.GradientNorm:R}"));
            return (losses, Samples.Digest(trainer.Model));
        }).ToList();
        Assert.Equal(digests[0], digests[1]);
        Assert.NotEqual(digests[0], digests[2]);
    }

    [Fact]
    public void Recomputation_changes_no_bit()
    {
        var config = Samples.TinyGpt with { Dropout = 0.1, AttentionDropout = 0.1 };
        var digests = new[] { false, true }.Select(recompute =>
        {
            var trainer = new Trainer(Samples.Gpt(1, config), Samples.Text(), new NextToken(), Short with { Recompute = recompute });
            foreach (var _ in trainer.Run())
            {
            }
            return Samples.Digest(trainer.Model);
        }).ToList();
        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public void A_step_says_what_it_did()
    {
        var clock = new StepClock();
        var model = Samples.Gpt();
        var trainer = new Trainer(model, Samples.EvenText(8, 16), new SidedNextToken(addsUp: true),
            Short with { Accumulation = 2, ValidationInterval = 4 }, Samples.Text(documents: 3), clock);
        var steps = trainer.Run().ToList();
        Assert.Equal([1, 2, 3, 4, 5, 6], steps.Select(step => step.Number));
        Assert.Equal([false, false, false, true, false, true], steps.Select(step => step.ValidationLoss is not null));
        Assert.All(steps, step =>
        {
            Assert.Equal(128, step.Tokens);
            Assert.Equal(StepClock.Seconds, step.Seconds);
            Assert.Equal(3 * 128 * model.ForwardFlopsPerToken(16), step.Flops);
            Assert.Equal(2 * step.Loss, step.Sides["double"], 1e-4);
            Assert.Null(step.BitsPerByte);
            Assert.Contains(step.ValidationLoss is null ? "loss" : "validation", step.ToString(), StringComparison.Ordinal);
        });
        Assert.Equal(6 * 128, trainer.Tokens);
        Assert.Equal(12, trainer.Batches);
    }

    [Fact]
    public void The_stream_can_be_left_and_taken_up_again()
    {
        var whole = new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(), Short);
        var expected = whole.Run().Select(step => step.Loss).ToList();
        var parts = new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(), Short);
        var losses = parts.Run().Take(2).Concat(parts.Run().Take(1)).Concat(parts.Run()).Select(step => step.Loss).ToList();
        Assert.Equal(expected, losses);
        Assert.Equal(Samples.Digest(whole.Model), Samples.Digest(parts.Model));
    }

    [Fact]
    public void No_scope_is_open_between_steps()
    {
        var trainer = new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(), Short);
        using var steps = trainer.Run().GetEnumerator();
        Assert.True(steps.MoveNext());
        Assert.False(Tape.IsRecording);
        var kept = Tensor.Full([4], 1); // made outside any scope: must outlive every later step
        Assert.True(steps.MoveNext());
        Assert.Equal(4, kept.Sum().ToScalar());
    }

    public static TheoryData<string, Func<Trainer>> Misfits => new()
    {
        { "tokens", () => new Trainer(Samples.Gpt(config: Samples.TinyGpt with { VocabularySize = 5 }), Samples.Text(), new NextToken(), Short) },
        { "context", () => new Trainer(Samples.Gpt(), Samples.Text(context: 17), new NextToken(), Short) },
        { "validation", () => new Trainer(Samples.Gpt(), Samples.Text(), new NextToken(), Short, Samples.Text(context: 17)) },
        { "add up", () => new Trainer(Samples.Gpt(), Samples.Text(), new SidedNextToken(addsUp: false), Short with { Accumulation = 2 }) },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Parts_that_do_not_fit_together_are_refused(string says, Func<Trainer> make) =>
        Assert.Contains(says, Assert.Throws<InkstoneRequestException>(make).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_smaller_than_one_batch_repeats()
    {
        var data = TokenDataset.FromTokens([[5]], Samples.Begin, Samples.End, 16);
        var step = new Trainer(Samples.Gpt(), data, new NextToken(), Short).Run().First();
        Assert.Equal(64, step.Tokens);
    }

    /// <summary>A clock that goes on by half a second each time it is read.</summary>
    private sealed class StepClock : TimeProvider
    {
        public const double Seconds = 0.5;
        private long _reads;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => 500 * _reads++;
    }
}
