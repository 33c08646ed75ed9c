using System.Diagnostics;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>The machine a bench runs on: its measured peaks, and how to time work on it.</summary>
public sealed class BenchMachine
{
    private const int Pairs = 25;

    private BenchMachine(MachinePeak peak, Backend backend) => (Peak, Backend) = (peak, backend);

    /// <summary>The measured peaks.</summary>
    public MachinePeak Peak { get; }

    /// <summary>Where work runs.</summary>
    public Backend Backend { get; }

    /// <summary>Measures the peaks.</summary>
    public static BenchMachine Measure()
    {
        using var team = new WorkerTeam();
        return new BenchMachine(MachinePeak.Measure(team), Backend.Default);
    }

    /// <summary>The median seconds of an action, after runs that compile and warm up: at least seven runs and a fifth of a second.</summary>
    /// <param name="action">The work.</param>
    /// <param name="warmUp">Seconds to warm up for at least: a network's many methods are still being compiled in the background while its first passes run.</param>
    public static double MedianSeconds(Action action, double warmUp = 0)
    {
        WarmUp(action, warmUp);
        var seconds = new List<double>();
        var total = 0.0;
        while (seconds.Count < 7 || (total < 0.2 && seconds.Count < 1_000))
        {
            var started = Stopwatch.GetTimestamp();
            action();
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            total += seconds[^1];
        }
        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>Normal numbers of a seed.</summary>
    internal Tensor Random(Shape shape, long seed) => Tensor.RandomNormal(shape, Rng.From(seed), 1, 0, Backend);

    /// <summary>A result bounded by arithmetic.</summary>
    public BenchResult Arithmetic(string suite, string name, double flops, double seconds) =>
        new(suite, name, flops / seconds / 1e9, "GFLOP/s", flops / seconds / 1e9 / Peak.FmaGflops);

    /// <summary>
    /// A result bounded by reading memory: the action's median, its share that of the median bandwidth of readings made between the runs, because on a machine
    /// with neighbours bandwidth changes from one second to the next.
    /// </summary>
    /// <param name="suite">The suite's name.</param>
    /// <param name="name">The result's name.</param>
    /// <param name="bytes">What one run of the action reads.</param>
    /// <param name="action">The work.</param>
    /// <param name="seconds">The action's median.</param>
    /// <param name="warmUp">As for <see cref="MedianSeconds"/>.</param>
    public static BenchResult Reading(string suite, string name, double bytes, Action action, out double seconds, double warmUp = 0)
    {
        using var team = new WorkerTeam();
        using var probe = new ReadProbe(team);
        WarmUp(action, warmUp);
        var (runs, readings) = (new List<double>(), new List<double>());
        while (runs.Count < Pairs)
        {
            readings.Add(probe.Seconds());
            action(); // the probe's threads are on their way to sleep, and the caches are its own
            var started = Stopwatch.GetTimestamp();
            action();
            runs.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        runs.Sort();
        readings.Sort();
        seconds = runs[Pairs / 2];
        return new(suite, name, bytes / seconds / 1e9, "GB/s", bytes / seconds / (ReadProbe.Bytes / readings[Pairs / 2]));
    }

    private static void WarmUp(Action action, double seconds)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; i++)
            action();
    }
}
