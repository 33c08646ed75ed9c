using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>Plans a run from the machine's measured speed: how large, how many steps.</summary>
public static class Planner
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 2_048;

    private const double DecayShare = 0.4;
    private const double AssumedShareOfPeak = 0.45;
    private const int WarmSteps = 4;
    private const int CalibrationSteps = 4;

    /// <summary>The options that suit the quickstart's networks: Muon on the matrices, AdamW on the rest, warmup, a stable rate, a decay over the last 40 %.</summary>
    public static TrainingOptions Options(int steps, long seed) => new()
    {
        Steps = steps,
        BatchRows = BatchRows,
        LearningRate = 0.02,
        Schedule = ScheduleKind.WarmupStableDecay,
        WarmupSteps = Math.Min(20, steps / 10),
        DecaySteps = Math.Max(1, (int)(steps * DecayShare)),
        MinimumShare = 0.02,
        Optimizer = new OptimizerOptions { Kind = OptimizerKind.Muon, EmbeddingRate = 0.3, HeadRate = 0.3, VectorRate = 0.3, WeightDecay = 0.05 },
        GradientClip = 1,
        Seed = seed,
    };

    /// <summary>
    /// Plans the training half of a budget. The planned model is built and trained for a few steps on its own data to see what the machine reaches, then thrown away.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="peak">The machine's measured peak.</param>
    /// <param name="sizeName">A size that was asked for; null to choose.</param>
    /// <param name="seed">The seed of everything.</param>
    /// <param name="budgetSeconds">The whole budget.</param>
    /// <param name="elapsed">Seconds already spent, by stage.</param>
    /// <param name="time">The clock.</param>
    public static TrainingPlan Plan(
        PreparedText text, MachinePeak peak, string? sizeName, long seed, double budgetSeconds, IReadOnlyList<PlannedStage> elapsed, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var vocabulary = text.Tokenizer.VocabularySize;
        var context = text.Train.ContextLength;
        var spent = elapsed.Sum(stage => stage.Seconds);
        var guess = Math.Max(5, budgetSeconds - spent) * 0.85 * peak.FmaGflops * 1e9 * AssumedShareOfPeak;
        var size = sizeName is null ? ModelSize.For(guess, vocabulary, context) : ModelSize.Named(sizeName);
        var config = size.Config(vocabulary, context);
        var (secondsPerStep, flopsPerStep, secondsPerScoredToken) = Calibrate(text, config, seed, time);
        var calibration = time.GetElapsedTime(started).TotalSeconds;

        var heldTokens = text.Held.Sum(document => document.Tokens.Length);
        var sampleTokens = text.Sample.Sum(document => document.Tokens.Length);
        var closing = heldTokens * secondsPerScoredToken + ClosingSeconds;
        var watching = ValidationsPerRun * (sampleTokens * secondsPerScoredToken + 0.05);
        var training = Math.Max(secondsPerStep * 10, budgetSeconds - spent - calibration - closing - watching);
        var steps = Math.Max(10, (int)(training / secondsPerStep));
        return new TrainingPlan
        {
            Model = config,
            Size = size.Name,
            // a machine that turns out faster may make more steps before the decay; when it begins is up to the budget
            Training = Options(steps, seed) with { Steps = steps + steps / 2 },
            PlannedSteps = steps,
            Seed = seed,
            Parameters = MemoryEstimate.Parameters(config),
            MemoryBytes = MemoryEstimate.TrainingBytes(config, BatchRows, recompute: false),
            Machine = new MachineSpeed(peak.Processor, peak.Cores, peak.FmaGflops, flopsPerStep / secondsPerStep / 1e9),
            BudgetSeconds = budgetSeconds,
            Stages =
            [
                .. elapsed,
                new PlannedStage("planning (the model tried for a few steps)", calibration, Done: true),
                new PlannedStage($"training, {steps} steps", steps * secondsPerStep, Done: false),
                new PlannedStage("scoring a sample of the held-out text now and then", watching, Done: false),
                new PlannedStage("scoring all of it, writing samples and the report", closing, Done: false),
            ],
        };
    }

    /// <summary>How many times the held-out sample is scored in the course of a run.</summary>
    public const int ValidationsPerRun = 12;

    private const double ClosingSeconds = 3;

    private static (double SecondsPerStep, double FlopsPerStep, double SecondsPerScoredToken) Calibrate(
        PreparedText text, LlamaConfig config, long seed, TimeProvider time)
    {
        var model = new Llama(config, Rng.From(seed).Split("model"));
        var trainer = new Trainer(model, text.Train, new NextToken(), Options(1_000, seed));
        var seconds = new List<double>();
        var flops = 0.0;
        // the first steps compile the kernels and fill the pool: they are not timed
        foreach (var step in trainer.Run())
        {
            if (step.Number > WarmSteps)
                seconds.Add(step.Seconds);
            flops = step.Flops;
            if (seconds.Count == CalibrationSteps)
                break;
        }
        seconds.Sort();
        var median = seconds[seconds.Count / 2];
        var started = time.GetTimestamp();
        var scored = text.Sample.Take(8).ToList();
        Evaluation.BitsPerByte.Measure(model, scored);
        var tokens = Math.Max(1, scored.Sum(document => document.Tokens.Length));
        var perToken = time.GetElapsedTime(started).TotalSeconds / tokens;
        // scoring a token costs a third of training on it at least; a first short try compiles kernels too
        return (median, flops, Math.Min(perToken, 0.5 * median / BatchRows));
    }
}
