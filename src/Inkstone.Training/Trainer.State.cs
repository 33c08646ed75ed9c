namespace Inkstone.Training;

/// <content>What a checkpoint keeps of the trainer itself.</content>
public sealed partial class Trainer
{
    internal TrainerState Capture() => new()
    {
        Step = Step,
        Batches = Batches,
        Tokens = Tokens,
        Updates = Optimizer.Updates,
        Decay = Decay,
        Failures = _failures,
        FailedStep = _failedStep,
        BatchRows = Options.BatchRows,
        Accumulation = Options.Accumulation,
        Seed = _seed,
        Shuffle = Options.Shuffle,
        Data = Data.Digest,
    };

    internal void GoOnFrom(TrainerState state)
    {
        Step = state.Step;
        Batches = state.Batches;
        Tokens = state.Tokens;
        Optimizer.Updates = state.Updates;
        Decay = state.Decay;
        _failures = state.Failures;
        _failedStep = state.FailedStep;
        Optimizer.ClearGradients();
    }
}
