namespace Inkstone.Training.Tests;

/// <summary>
/// The test assembly as a program of its own: <c>dotnet exec Inkstone.Training.Tests.dll train FOLDER</c> trains the tiny run from its newest checkpoint to its end,
/// saves after every second step and tells each step, so that a test can kill it at any moment.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is not ["train", var path])
            return 2;
        var trainer = TinyRun.NewTrainer();
        var store = TinyRun.Store(Path.Combine(path, RunFolder.CheckpointsName));
        using var run = Directory.Exists(path) && File.Exists(Path.Combine(path, RunFolder.RunName))
            ? RunFolder.Open(path)
            : RunFolder.Create(path, json => OptionsJson.Write(json, trainer.Options));
        store.Restore(trainer);
        run.CutMetrics(trainer.Step);
        while (trainer.Step < trainer.LastStep)
        {
            TinyRun.Advance(trainer, trainer.Step + 1, run.WriteMetrics);
            Console.Out.WriteLine(trainer.Step);
            Console.Out.Flush();
            if (trainer.Step % 2 == 0)
            {
                run.FlushMetrics();
                store.Save(trainer);
            }
        }
        return 0;
    }
}
