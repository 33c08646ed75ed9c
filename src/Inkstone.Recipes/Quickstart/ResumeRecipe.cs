using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>Goes on with a run that was stopped, from its newest checkpoint, to the same bits as if it had never been.</summary>
public static class ResumeRecipe
{
    /// <summary>Runs it.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="checkpoint">The checkpoint to go on from; null for the newest.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellation">Stops the run again.</param>
    /// <exception cref="InkstoneNotFoundException">There is no run, or no such checkpoint.</exception>
    /// <exception cref="InkstoneRequestException">The run has ended.</exception>
    /// <exception cref="InkstoneFormatException">The record or a checkpoint is damaged, or the text has changed.</exception>
    public static RunOutcome Run(
        string path, string? checkpoint = null, IRecipeObserver? observer = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        observer ??= SilentObserver.Instance;
        var clock = new RunClock(time ?? TimeProvider.System);
        var record = RunRecord.Read(path);
        using var folder = RunDirectory.Open(path);
        if (folder.HasReport && checkpoint is null)
            throw new InkstoneRequestException("the run has ended: there is nothing to go on with", path, fix: "Open the model with generate or chat, or name a --checkpoint to go on from.");
        checkpoint = folder.ChooseCheckpoint(checkpoint, observer);
        var tokenizer = folder.LoadTokenizer();
        var text = PreparedText.Prepare(record.Text, record.RequestedVocabulary, record.Plan.Model.ContextLength, record.Plan.Seed, observer, tokenizer, cancellation);
        record.RequireText(text.Digest());
        if (record.DecayStart is { } start)
            record = record with { Plan = record.Plan with { Training = record.Plan.Training with { DecayStart = (int)start } } };
        observer.Planned(record.Plan, record.Facts);
        var model = new Llama(record.Plan.Model, Rng.From(record.Plan.Seed).Split("model"));
        var run = new TrainingRun(model, text, record, folder, clock, observer);
        run.Resume(checkpoint);
        return run.Run(cancellation);
    }
}
