using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Pretraining by the letter of a configuration: text, tokenizer, network and steps are given, and nothing is planned.</summary>
public static class PretrainRecipe
{
    /// <summary>Runs it.</summary>
    /// <param name="options">The whole run.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellation">Stops the run: in training a checkpoint is saved first.</param>
    public static RunOutcome Run(PretrainOptions options, IRecipeObserver? observer = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        options.Validate();
        MemoryEstimate.RequireToFit(options.Model, options.Training.BatchRows, options.Training.Recompute);
        observer ??= SilentObserver.Instance;
        var clock = new RunClock(time ?? TimeProvider.System);
        using var folder = RunDirectory.Create(options.Output, "pretrain");
        observer.Stage("measuring the machine");
        MachinePeak peak;
        using (var team = new WorkerTeam())
            peak = MachinePeak.Measure(team);
        var text = PreparedText.Prepare(options.Text, options.VocabularySize, options.Model.ContextLength, options.Seed, observer, null, cancellation);
        observer.Stage("baselines");
        var baselines = BaselineScores.Measure(
            text.Corpus.Train, text.Corpus.Validation, text.Train, text.Held, text.Sampled, text.Tokenizer.VocabularySize, observer);
        clock.EndStage("the text, the tokenizer and the baselines");
        var facts = new RunFacts(
            text.Corpus.Report, text.Tokenizer.VocabularySize, text.Train.TokenCount, text.Validation.TokenCount, text.Digest(), baselines);
        var config = options.Model with { VocabularySize = text.Tokenizer.VocabularySize };
        var plan = new TrainingPlan
        {
            Model = config,
            Size = "as configured",
            Training = options.Training with { Seed = options.Seed },
            PlannedSteps = options.Training.Steps,
            Seed = options.Seed,
            Parameters = MemoryEstimate.Parameters(config),
            MemoryBytes = MemoryEstimate.TrainingBytes(config, options.Training.BatchRows, options.Training.Recompute),
            Machine = new MachineSpeed(peak.Processor, peak.Cores, peak.FmaGflops, peak.FmaGflops * SizeEstimate.AssumedShareOfPeak),
            Stages =
            [
                .. clock.Stages,
                // forward 2 and backward 4 operations a parameter and token; attention is a small part
                new PlannedStage($"training, {options.Training.Steps} steps, estimated",
                    6.0 * config.ParameterCount * options.Training.Steps * options.Training.BatchRows * options.Training.Accumulation / (1e9 * peak.FmaGflops * SizeEstimate.AssumedShareOfPeak), Done: false),
            ],
        };
        observer.Planned(plan, facts);
        var record = new RunRecord { Recipe = "pretrain", Text = options.Text, RequestedVocabulary = options.VocabularySize, Plan = plan, Facts = facts, Seconds = clock.Elapsed };
        folder.WriteTokenizer(text.Tokenizer);
        folder.WriteRecord(record);
        var model = new Llama(config, Rng.From(options.Seed).Split("model"));
        return new TrainingRun(model, text, record, folder, clock, observer).Run(cancellation);
    }
}
