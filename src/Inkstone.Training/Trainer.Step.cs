using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Training;

/// <content>One step: prepare, forward and backward, update.</content>
public sealed partial class Trainer
{
    private int _failures;
    private long _failedStep = -1;

    private TrainingStep Advance()
    {
        var started = _time.GetTimestamp();
        var work = Prepare();
        var step = Update(work);
        var failed = !double.IsFinite(step.Loss) || !double.IsFinite(step.GradientNorm);
        if (failed)
        {
            BearFailure(step, work);
            if (Options.NonFinite == NonFinitePolicy.RollBack)
                return Advance();
            step = step with { Skipped = true };
        }
        else if (Step > _failedStep)
        {
            _failures = 0;
        }
        Step++;
        Batches += Options.Accumulation;
        Tokens += step.Tokens;
        step = step with { Seconds = _time.GetElapsedTime(started).TotalSeconds };
        if (Validation is not null && Options.ValidationInterval > 0 && (Step % Options.ValidationInterval == 0 || Step == LastStep))
            step = step with { ValidationLoss = Validate() };
        return step;
    }

    private Work Prepare()
    {
        var work = new Work(Options.Accumulation);
        for (var i = 0; i < work.Batches.Length; i++)
        {
            var examples = Data.Batch(Batches + i, Options.BatchRows, _order);
            var batch = _objective.Prepare(examples, _prepare.Split(Batches + i));
            work.Examples[i] = examples;
            work.Batches[i] = batch;
            work.Targets += batch.TargetCount;
            work.TextBytes += Data.TextBytesOf(examples);
            for (var s = 0; s < batch.Layout.SequenceCount; s++)
                work.Flops += 3 * batch.Layout.Length(s) * ForwardFlops(batch.Layout.Length(s));
        }
        return work;
    }

    private TrainingStep Update(Work work)
    {
        using var scope = PoolScope.Open();
        Optimizer.ClearGradients();
        var total = default(Tensor);
        for (var i = 0; i < work.Batches.Length; i++)
        {
            var loss = Differentiate(work.Batches[i], 1.0 / Math.Max(1, work.Targets), Batches + i, work.Sides);
            total = total.IsMissing ? loss : total + loss;
        }
        var normTensor = Optimizer.GradientNorm();
        var (value, norm) = (total.ToScalar(), normTensor.ToScalar());
        var rate = Options.LearningRate * LearningRateSchedule.ShareAt(Options, Decay, Step);
        if (double.IsFinite(value) && double.IsFinite(norm))
            Optimizer.Apply(rate, Optimizer.ClipScale(norm, Options.GradientClip));
        return new TrainingStep(Step + 1, value, rate, norm, work.Targets, work.TextBytes, 0, work.Flops) { Sides = ReadSides(work.Sides) };
    }

    /// <summary>Gathers the gradients of one batch; its scalar results outlive everything else it made.</summary>
    private Tensor Differentiate(TrainingBatch batch, double scale, long index, List<KeyValuePair<string, Tensor>> sides)
    {
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var value = _objective.Evaluate(Model, batch, scale, _dropout.Split(index));
        tape.Backward(value.Loss);
        foreach (var (name, side) in value.Sides ?? [])
            sides.Add(new(name, scope.HandOver(side.Detach())));
        return scope.HandOver(value.Loss.Detach());
    }

    private Dictionary<string, double> ReadSides(List<KeyValuePair<string, Tensor>> sides)
    {
        if (sides.Count == 0)
            return _noSides;
        var means = new Dictionary<string, double>();
        foreach (var (name, side) in sides)
            means[name] = means.GetValueOrDefault(name) + side.ToScalar() / Options.Accumulation;
        return means;
    }

    /// <summary>Throws unless the policy bears one more failure; on return the trainer is ready to go on.</summary>
    private void BearFailure(TrainingStep step, Work work)
    {
        _failures++;
        if (Options.NonFinite == NonFinitePolicy.Stop || _failures >= Options.NonFiniteLimit)
            throw NonFiniteReport.Make(step, work.Examples, Optimizer, _failures);
        if (Options.NonFinite != NonFinitePolicy.RollBack)
            return;
        // the text that failed is not tried again; failures are counted until a later step succeeds
        var (failures, failedStep, next) = (_failures, Step, Batches + Options.Accumulation);
        if (Checkpoints?.Restore(this) is null)
            throw new InkstoneRequestException("there is no checkpoint to roll back to", nameof(Checkpoints), fix: "Save one before the first step, or choose another policy.");
        (_failures, _failedStep, Batches) = (failures, failedStep, next);
    }

    private double ForwardFlops(int length)
    {
        if (!_flopsOfLength.TryGetValue(length, out var flops))
            _flopsOfLength[length] = flops = Model.ForwardFlopsPerToken(length);
        return flops;
    }

    /// <summary>What one step works on.</summary>
    private sealed class Work(int batches)
    {
        public TokenExamples[] Examples { get; } = new TokenExamples[batches];

        public TrainingBatch[] Batches { get; } = new TrainingBatch[batches];

        public List<KeyValuePair<string, Tensor>> Sides { get; } = [];

        public int Targets { get; set; }

        public long TextBytes { get; set; }

        public double Flops { get; set; }
    }
}
