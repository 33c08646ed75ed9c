using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>
/// Trains a model on data for an objective, as a stream of steps: <see cref="Run"/> makes one update each time the caller asks for the next step, and no scope
/// is open in between, so the loop belongs to the caller: print, evaluate, save, stop. The same seed gives the same bits.
/// </summary>
public sealed partial class Trainer
{
    private readonly Objective _objective;
    private readonly TimeProvider _time;
    private readonly Rng _seed;
    private readonly Rng? _order;
    private readonly Rng _prepare;
    private readonly Rng _dropout;
    private readonly Dictionary<int, double> _flopsOfLength = [];
    private readonly Dictionary<string, double> _noSides = [];

    /// <summary>Makes a trainer; nothing runs yet.</summary>
    /// <param name="model">The model, trained in place.</param>
    /// <param name="data">The text.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="options">How.</param>
    /// <param name="validation">Text that is only scored, every <see cref="TrainingOptions.ValidationInterval"/> steps.</param>
    /// <param name="time">The clock that steps are timed with; null for the system's.</param>
    /// <exception cref="InkstoneRequestException">An option is out of range, or the parts do not fit together.</exception>
    public Trainer(
        Model model, TokenDataset data, Objective objective, TrainingOptions options, TokenDataset? validation = null, TimeProvider? time = null)
    {
        options.Validate();
        objective.Check(model);
        CheckData(model, data, "the training text");
        if (validation is not null)
            CheckData(model, validation, "the validation text");
        if (options.Accumulation > 1 && !objective.AddsUp)
            throw new InkstoneRequestException($"the objective {objective.Name} does not add up over the parts of a batch", nameof(options.Accumulation), "1",
                OptionRule.Text(options.Accumulation), $"Set {nameof(options.BatchRows)} instead.");
        (Model, Data, Validation, Options, _objective) = (model, data, validation, options, objective);
        _time = time ?? TimeProvider.System;
        _seed = Rng.From(options.Seed);
        (_order, _prepare, _dropout) = (options.Shuffle ? _seed.Split("order") : null, _seed.Split("prepare"), _seed.Split("dropout"));
        Optimizer = new Optimizer(model, options.Optimizer);
        Decay = options.PlannedDecay();
        model.Stack.RecomputeBlocks = options.Recompute;
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The text it is trained on.</summary>
    public TokenDataset Data { get; }

    /// <summary>The text it is only scored on.</summary>
    public TokenDataset? Validation { get; }

    /// <summary>How it is trained.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The optimiser and its moments.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>How many steps are done.</summary>
    public long Step { get; private set; }

    /// <summary>How many batches of the data were taken: where the next one begins.</summary>
    public long Batches { get; private set; }

    /// <summary>How many targets were trained on.</summary>
    public long Tokens { get; private set; }

    /// <summary>Where the decay of a warmup-stable-decay run lies; planned, or begun early.</summary>
    public Decay Decay { get; private set; }

    /// <summary>How many steps the run has in all.</summary>
    public long LastStep => Options.Schedule == ScheduleKind.WarmupStableDecay ? Math.Min(Options.Steps, Decay.End) : Options.Steps;

    /// <summary>Where <see cref="NonFinitePolicy.RollBack"/> finds the last checkpoint; saving is the caller's.</summary>
    public CheckpointStore? Checkpoints { get; set; }

    /// <summary>The steps that are left, each done when it is asked for.</summary>
    /// <exception cref="InkstoneNumericException">A loss or gradient is not finite, and the policy bears it no longer.</exception>
    public IEnumerable<TrainingStep> Run()
    {
        while (Step < LastStep)
            yield return Advance();
    }

    /// <summary>
    /// Begins the decay of a warmup-stable-decay run with the next step, unless it has begun. The run then ends when the decay does.
    /// </summary>
    /// <param name="length">Its length in steps; null as planned. It never makes the run longer than planned.</param>
    /// <exception cref="InkstoneRequestException">The run has another schedule.</exception>
    public void BeginDecay(int? length = null)
    {
        if (Options.Schedule != ScheduleKind.WarmupStableDecay)
            throw new InkstoneRequestException("only a warmup-stable-decay run can begin its decay early", nameof(Options.Schedule),
                nameof(ScheduleKind.WarmupStableDecay), Options.Schedule.ToString());
        if (Step < Decay.Start)
            Decay = new Decay(Step, Math.Min(length ?? Decay.Length, Options.Steps - Step));
    }

    /// <summary>The objective's mean over the validation text's targets; nothing is trained.</summary>
    /// <exception cref="InkstoneRequestException">There is no validation text.</exception>
    public double Validate()
    {
        if (Validation is null)
            throw new InkstoneRequestException("there is no validation text", "Trainer.Validate");
        var (sum, targets, rows) = (0.0, 0L, 0L);
        foreach (var examples in Validation.InOrder(Options.BatchRows))
        {
            if (Options.ValidationRows > 0 && rows >= Options.ValidationRows)
                break;
            using var scope = PoolScope.Open();
            var batch = _objective.Prepare(examples, _prepare.Split("validation").Split(examples.Index));
            sum += _objective.Evaluate(Model, batch, 1, null).Loss.ToScalar();
            targets += batch.TargetCount;
            rows += examples.RowCount;
        }
        return sum / Math.Max(1, targets);
    }

    private static void CheckData(Model model, TokenDataset data, string which)
    {
        if (data.LargestId >= model.VocabularySize)
            throw new InkstoneRequestException($"{which} has tokens that the model does not know", "Trainer",
                $"ids below {OptionRule.Text(model.VocabularySize)}", OptionRule.Text(data.LargestId), "Use the tokenizer the model was made for.");
        if (data.ContextLength > model.ContextLength)
            throw new InkstoneRequestException($"the sequences of {which} are longer than the model's context", "Trainer",
                $"at most {OptionRule.Text(model.ContextLength)}", OptionRule.Text(data.ContextLength), "Pack the text with the model's context length.");
    }
}
