using System.Diagnostics;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Training.Tests;

/// <summary>
/// Training processes killed (SIGKILL) at random moments, again and again, until the run has come to its end: its weights, moments and losses are those of
/// a run that nothing interrupted. 20 kills, 200 with INKSTONE_HEAVY=1.
/// </summary>
public sealed class KillTests
{
    private static readonly int Kills = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1" ? 200 : 20;

    [Fact]
    public void A_run_killed_again_and_again_ends_as_one_that_was_not()
    {
        var losses = UnbrokenLosses();
        var random = Rng.From(2_024).Cursor();
        var (kills, round) = (0, 0);
        while (kills < Kills)
        {
            using var folder = new TemporaryFolder();
            var path = Path.Combine(folder.Path, "run");
            for (var finished = false; !finished; round++)
            {
                // past the last kill wanted, a run may end in peace
                finished = !RunAndKill(path, steps: kills < Kills ? 1 + random.NextInt(5) : int.MaxValue, spins: random.NextInt(40_000));
                kills += finished ? 0 : 1;
                Assert.True(round < 20 * Kills, "the run does not get on");
            }
            Assert.Equal(TinyRun.Expected, TinyRun.Finish(Path.Combine(path, RunFolder.CheckpointsName)));
            Assert.Equal(losses, File.ReadLines(Path.Combine(path, RunFolder.MetricsName)).Select(LossOf));
        }
    }

    /// <summary>Lets the program tell some steps, waits a random moment longer, and kills it; false when it had ended before.</summary>
    private static bool RunAndKill(string path, int steps, int spins)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "exec", typeof(KillTests).Assembly.Location, "train", path })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        for (var told = 0; told < steps; told++)
        {
            if (process.StandardOutput.ReadLine() is not null)
                continue;
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
            Assert.True(process.ExitCode == 0, errors.Result);
            return false;
        }
        Thread.SpinWait(spins);
        process.Kill();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        return true;
    }

    private static List<double> UnbrokenLosses()
    {
        var losses = new List<double>();
        TinyRun.Advance(TinyRun.NewTrainer(), TinyRun.Steps, step => losses.Add(step.Loss));
        return losses;
    }

    private static double LossOf(string line) => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble();
}
