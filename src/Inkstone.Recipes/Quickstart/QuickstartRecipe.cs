using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// From text to a small trained model within a budget of minutes: read and split the text, train a tokenizer, pack, score the baselines, plan from the machine's measured speed, pretrain,
/// score, write samples and a report. The run folder opens in any tool that reads Hugging Face's format.
/// </summary>
public static class QuickstartRecipe
{
    /// <summary>Runs it.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellation">Stops the run: in training a checkpoint is saved first.</param>
    /// <exception cref="Foundation.Errors.InkstoneException">An option, the text or the disk is not fit for it.</exception>
    public static RunOutcome Run(QuickstartOptions options, IRecipeObserver? observer = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        options.Validate();
        observer ??= SilentObserver.Instance;
        var clock = new RunClock(time ?? TimeProvider.System);
        var repeated = options.Plan is null ? null : RunRecord.Read(options.Plan);
        if (repeated is not null)
            options = options with
            {
                Text = repeated.Text,
                Seed = repeated.Plan.Seed,
                VocabularySize = repeated.RequestedVocabulary,
                ContextLength = repeated.Plan.Model.ContextLength,
            };
        using var folder = RunDirectory.Create(options.Output, "quickstart");

        observer.Stage("measuring the machine");
        MachinePeak peak;
        using (var team = new WorkerTeam())
            peak = MachinePeak.Measure(team);
        clock.EndStage("measuring the machine");
        var text = PreparedText.Prepare(options.Text, options.VocabularySize, options.ContextLength, options.Seed, observer, null, cancellation);
        clock.EndStage("reading the text, tokenizer, packing");
        observer.Stage("baselines");
        var baselines = BaselineScores.Measure(
            text.Corpus.Train, text.Corpus.Validation, text.Train, text.Held, text.Sampled, text.Tokenizer.VocabularySize, observer);
        clock.EndStage("baselines");
        cancellation.ThrowIfCancellationRequested();
        var facts = new RunFacts(
            text.Corpus.Report, text.Tokenizer.VocabularySize, text.Train.TokenCount, text.Validation.TokenCount, text.Digest(), baselines);
        observer.Stage("planning");
        var plan = repeated is null
            ? Planner.Plan(text, peak, options.Size, options.Seed, options.Minutes * 60, clock.Stages, clock.Time)
            : RunRecord.Repeat(repeated, facts.TextDigest);
        observer.Planned(plan, facts);

        var record = new RunRecord
        {
            Recipe = "quickstart",
            Text = options.Text,
            RequestedVocabulary = options.VocabularySize,
            Plan = plan,
            Facts = facts,
            Seconds = clock.Elapsed,
        };
        folder.WriteTokenizer(text.Tokenizer);
        folder.WriteRecord(record);
        var model = new Llama(plan.Model, Rng.From(plan.Seed).Split("model"));
        return new TrainingRun(model, text, record, folder, clock, observer).Run(cancellation);
    }
}
