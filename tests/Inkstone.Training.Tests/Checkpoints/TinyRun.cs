using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inkstone.Foundation.Files;
using Inkstone.TestKit;

namespace Inkstone.Training.Tests;

/// <summary>The run that the checkpoint tests save, break and take up again: dropout, a decay, both kinds of moments.</summary>
internal static class TinyRun
{
    public const int Steps = 24;

    private static readonly TokenDataset Text = Samples.Text(documents: 12);

    private static readonly string Unbroken = FinishUnbroken();

    /// <summary>The final digest of a run that nothing interrupted.</summary>
    public static string Expected => Unbroken;

    public static Trainer NewTrainer(Func<TrainingOptions, TrainingOptions>? change = null, Objective? objective = null)
    {
        var options = new TrainingOptions
        {
            Steps = Steps,
            BatchRows = 32,
            LearningRate = 1e-2,
            Schedule = ScheduleKind.WarmupStableDecay,
            DecaySteps = 6,
            WarmupSteps = 3,
            Seed = 11,
            Optimizer = new() { Kind = OptimizerKind.Muon },
        };
        return new Trainer(Samples.Gpt(1, Samples.TinyGpt with { Width = 8, LayerCount = 1, Dropout = 0.1 }), Text, objective ?? new NextToken(), change?.Invoke(options) ?? options);
    }

    public static CheckpointStore Store(string folder, IDurableFiles? files = null, int keep = 2) => new(folder, "{\"tokenizer\":1}"u8.ToArray(), keep, files);

    public static void Advance(Trainer trainer, long toStep, Action<TrainingStep>? watch = null)
    {
        if (trainer.Step >= toStep)
            return;
        foreach (var step in trainer.Run())
        {
            watch?.Invoke(step);
            if (step.Number == 10)
                trainer.BeginDecay(8);
            if (step.Number == toStep)
                break;
        }
    }

    /// <summary>Weights, moments and the trainer's own state, to the last bit.</summary>
    public static string Digest(Trainer trainer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(Samples.Digest(trainer.Model)));
        foreach (var (name, value) in trainer.Optimizer.State)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(name));
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(value.ToArray()));
        }
        hash.AppendData(trainer.Capture().ToBytes());
        return string.Create(CultureInfo.InvariantCulture, $"{trainer.Step} {Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }

    /// <summary>The digest at the end of the run that goes on from the newest checkpoint of a real folder.</summary>
    public static string Finish(string folder)
    {
        var trainer = NewTrainer();
        Assert.NotNull(Store(folder).Restore(trainer));
        Advance(trainer, Steps);
        return Digest(trainer);
    }

    /// <summary>The same from a crashed disk; checkpoints with equal commit records have equal files, so each is gone on from once.</summary>
    public static string Finish(CrashState state, string folder, Dictionary<string, string> known)
    {
        var newest = Store(folder, state.Restart()).FindNewest();
        Assert.NotNull(newest);
        var key = Encoding.UTF8.GetString(newest.Commit!.ToBytes());
        if (!known.TryGetValue(key, out var digest))
        {
            using var real = new TemporaryFolder();
            state.WriteTo(real.Path);
            known[key] = digest = Finish(Path.Combine(real.Path, folder));
        }
        return digest;
    }

    private static string FinishUnbroken()
    {
        var trainer = NewTrainer();
        Advance(trainer, Steps);
        Assert.Equal(18, trainer.Step); // the decay began early
        return Digest(trainer);
    }
}
