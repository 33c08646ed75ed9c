using Inkstone.Foundation.Randomness;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>Goes on with a run that was stopped, from its newest checkpoint, to the same bits as if it had never been.</summary>
public static class ResumeRecipe
{
    /// <summary>Runs it.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellation">Stops the run again.</param>
    /// <exception cref="Foundation.Errors.InkstoneNotFoundException">There is no run, or it has no checkpoint.</exception>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">The record or a checkpoint is damaged, or the text has changed.</exception>
    public static RunOutcome Run(string path, IRecipeObserver? observer = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        observer ??= SilentObserver.Instance;
        var clock = new RunClock(time ?? TimeProvider.System);
        var record = RunRecord.Read(path);
        using var folder = RunDirectory.Open(path);
        var tokenizer = folder.LoadTokenizer();
        var text = PreparedText.Prepare(record.Text, record.RequestedVocabulary, record.Plan.Model.ContextLength, record.Plan.Seed, observer, tokenizer, cancellation);
        record.RequireText(text.Digest());
        if (record.DecayStart is { } start)
            record = record with { Plan = record.Plan with { Training = record.Plan.Training with { DecayStart = (int)start } } };
        observer.Planned(record.Plan, record.Facts);
        var model = new Llama(record.Plan.Model, Rng.From(record.Plan.Seed).Split("model"));
        var run = new TrainingRun(model, text, record, folder, clock, observer);
        run.Resume();
        return run.Run(cancellation);
    }
}
