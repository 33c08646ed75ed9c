using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>
/// The training half of a recipe: steps, the held-out sample now and then, checkpoints, samples, and at the end the score on all held-out text and the report. The same for a new run and a
/// resumed one.
/// </summary>
internal sealed class TrainingRun
{
    private const double CheckpointSeconds = 120;
    private const double ClosingReserve = 1.15;
    private const int LongestPrompt = 120;

    private readonly Model _model;
    private readonly PreparedText _text;
    private readonly RunDirectory _folder;
    private readonly RunClock _clock;
    private readonly IRecipeObserver _observer;
    private readonly Trainer _trainer;
    private readonly List<ValidationPoint> _validations = [];
    private readonly List<double> _rates = [];
    private RunRecord _record;
    private double _lastCheckpoint;
    private long? _saved;

    public TrainingRun(Model model, PreparedText text, RunRecord record, RunDirectory folder, RunClock clock, IRecipeObserver observer)
    {
        (_model, _text, _record, _folder, _clock, _observer) = (model, text, record, folder, clock, observer);
        _trainer = new Trainer(model, text.Train, new NextToken(), record.Plan.Training, text.Validation, clock.Time);
        _validations.AddRange(record.Validations);
    }

    private TrainingPlan Plan => _record.Plan;

    /// <summary>Whether the decay of a warmup-stable-decay run has begun; other schedules have none of their own.</summary>
    private bool HasDecayBegun => Plan.Training.Schedule == ScheduleKind.WarmupStableDecay && _trainer.Step > _trainer.Decay.Start;

    /// <summary>Goes on from a checkpoint; null begins anew.</summary>
    public void Resume(string? checkpoint)
    {
        _folder.LoadCheckpoint(_trainer, checkpoint, _observer);
        _saved = checkpoint is null ? null : _trainer.Step;
        _rates.AddRange(_folder.ReadRates());
        // an older checkpoint knows nothing of what came after it
        _validations.RemoveAll(point => point.Step > _trainer.Step);
        if (_record.DecayStart < _trainer.Decay.Start)
            _record = _record with { DecayStart = null };
    }

    public RunOutcome Run(CancellationToken cancellation)
    {
        try
        {
            return Train(cancellation);
        }
        catch (InkstoneException error)
        {
            if (error is InkstoneNumericException)
                _folder.WriteFailure(error);
            _observer.Note(_saved is null ? "training has stopped; no checkpoint had been saved"
                : $"training has stopped; the checkpoint of step {_saved} is kept: go on from it with inkstone resume {_folder.Path}");
            throw;
        }
    }

    private RunOutcome Train(CancellationToken cancellation)
    {
        _observer.Stage("training");
        _lastCheckpoint = _clock.Elapsed;
        var every = Math.Max(1, Plan.PlannedSteps / Planner.ValidationsPerRun);
        var trainingStarted = _clock.Elapsed;
        var done = 0;
        foreach (var step in _trainer.Run())
        {
            done++;
            _rates.Add(step.Flops / step.Seconds / 1e9);
            var pace = (_clock.Elapsed - trainingStarted) / done;
            KeepToTheBudget(pace);
            _folder.WriteMetrics(step);
            var last = ExpectedLastStep(pace);
            _observer.Step(step, new RunStatus(last, _clock.Elapsed, (last - step.Number) * pace, _rates[^1] / Plan.Machine.PeakGflops, HasDecayBegun));
            if (step.Number % every == 0 && step.Number < _trainer.LastStep)
                Watch(step.Number);
            if (cancellation.IsCancellationRequested)
                return Stop();
            if (_clock.Elapsed - _lastCheckpoint > CheckpointSeconds)
                Save();
        }
        return Close(cancellation);
    }

    /// <summary>Begins the decay when what is left of the budget is just enough for it and for closing.</summary>
    private void KeepToTheBudget(double pace)
    {
        if (Plan.BudgetSeconds is not { } budget || _record.DecayStart is not null || _trainer.Step >= _trainer.Decay.Start)
            return;
        if (_record.SecondsBefore + _clock.Elapsed + _trainer.Decay.Length * pace + Closing < budget)
            return;
        _trainer.BeginDecay();
        _record = _record with { DecayStart = _trainer.Step };
        Save();
        _observer.Note($"the learning rate decays from step {_trainer.Step} on, so that the run ends within its budget");
    }

    private double Closing => Plan.Stages[^1].Seconds * ClosingReserve;

    /// <summary>The step the run will end with, as it looks now: the decay has a fixed length, and the budget says when it begins.</summary>
    private long ExpectedLastStep(double pace)
    {
        if (Plan.BudgetSeconds is not { } budget || _trainer.Step > _trainer.Decay.Start)
            return _trainer.LastStep;
        var stable = (budget - _record.SecondsBefore - _clock.Elapsed - _trainer.Decay.Length * pace - Closing) / pace;
        return Math.Min(_trainer.LastStep, _trainer.Step + Math.Max(0, (long)stable) + _trainer.Decay.Length);
    }

    private void Watch(long step)
    {
        var score = BitsPerByte.Measure(_model, _text.Sample);
        var point = new ValidationPoint(step, _trainer.Tokens, (_record.SecondsBefore + _clock.Elapsed) / 60, score.BitsPerByte);
        _validations.Add(point);
        _observer.Validated(point);
        var sample = SampleWriter.Write(_model, _text.Tokenizer, [Prompts()[0]], SampleOptions with { MaxTokens = 60 }, step);
        _folder.WriteSamples(step, sample);
        _observer.Sample(sample[0]);
    }

    private RunOutcome Stop()
    {
        Save();
        return Outcome(null, []) with { Stopped = true };
    }

    private RunOutcome Close(CancellationToken cancellation)
    {
        Save();
        try
        {
            return Report(cancellation);
        }
        catch (OperationCanceledException)
        {
            return Outcome(null, []) with { Stopped = true };
        }
    }

    private RunOutcome Report(CancellationToken cancellation)
    {
        _observer.Stage("scoring the held-out text");
        var score = BitsPerByte.Measure(_model, _text.Held);
        _validations.Add(new ValidationPoint(_trainer.Step, _trainer.Tokens, (_record.SecondsBefore + _clock.Elapsed) / 60,
            BitsPerByte.Measure(_model, _text.Sample).BitsPerByte));
        _observer.Validated(_validations[^1]);
        _observer.Stage("writing samples");
        var samples = SampleWriter.Write(_model, _text.Tokenizer, Prompts(), SampleOptions, _trainer.Step, cancellation);
        _folder.WriteSamples(_trainer.Step, samples);
        foreach (var sample in samples)
            _observer.Sample(sample);
        WriteRecord();
        var outcome = Outcome(score, samples);
        _folder.WriteReport(outcome, char.ToUpperInvariant(_record.Recipe[0]) + _record.Recipe[1..]);
        return outcome;
    }

    private void Save()
    {
        WriteRecord();
        _folder.SaveCheckpoint(_trainer, _text.Tokenizer);
        _saved = _trainer.Step;
        _lastCheckpoint = _clock.Elapsed;
    }

    private void WriteRecord()
    {
        _record = _record with { Validations = [.. _validations], DecayStart = HasDecayBegun ? _trainer.Decay.Start : _record.DecayStart };
        // what a resumed run has spent: up to this checkpoint
        _folder.WriteRecord(_record with { SecondsBefore = _record.SecondsBefore + _clock.Elapsed });
    }

    private RunOutcome Outcome(LanguageModelScore? score, IReadOnlyList<GeneratedSample> samples)
    {
        _rates.Sort();
        return new RunOutcome
        {
            Folder = _folder.Path,
            Plan = Plan,
            Facts = _record.Facts,
            Score = score,
            Validations = _validations,
            Samples = samples,
            Steps = _trainer.Step,
            Tokens = _trainer.Tokens,
            DecayStart = _trainer.Decay.Start,
            Seconds = _record.SecondsBefore + _clock.Elapsed,
            TrainingGflops = _rates.Count == 0 ? 0 : _rates[_rates.Count / 2],
        };
    }

    private GenerationOptions SampleOptions => new() { MaxTokens = 160, Temperature = 0.7, TopP = 0.95, Seed = Plan.Seed };

    /// <summary>The first words of held-out documents, and of none: what samples continue.</summary>
    private IReadOnlyList<string> Prompts() =>
        [.. _text.Corpus.Validation.Where((_, i) => i % Math.Max(1, _text.Corpus.Validation.Count / 3) == 0).Take(3).Select(document => FirstWords(document.Text)), ""];

    /// <summary>The first line, or as much of it as leaves the model most of its context.</summary>
    private string FirstWords(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var words = end < 0 ? text : text[..(end + 1)];
        if (words.Length > LongestPrompt)
            words = words[..(words.LastIndexOf(' ', LongestPrompt - 1) is var space and > 0 ? space : LongestPrompt)];
        while (words.Length > 0 && _text.Tokenizer.Encode(words).Length > _model.ContextLength / 2)
            words = words[..(words.Length / 2)];
        return words;
    }
}
