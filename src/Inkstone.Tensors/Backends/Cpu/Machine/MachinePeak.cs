using System.Diagnostics;

namespace Inkstone.Tensors;

/// <summary>
/// What this machine can do at most, measured: every speed in Inkstone is reported as a share of one of these two numbers.
/// </summary>
/// <param name="Processor">The processor's name, such as "AMD EPYC (Zen 3, family 25 model 1)".</param>
/// <param name="Cores">Threads that measured: the size of the team.</param>
/// <param name="Width">The widest vectors that the processor has, with which it was measured.</param>
/// <param name="FmaGflops">
/// Single-precision multiply-adds between registers on all cores, each counted as two operations, in 10⁹ operations a second.
/// </param>
/// <param name="ReadGBps">Memory read by all cores from an array far larger than the caches, in 10⁹ bytes a second.</param>
public sealed record MachinePeak(string Processor, int Cores, VectorWidth Width, double FmaGflops, double ReadGBps)
{
    private const int Rounds = 12;
    private const int FmaSteps = 40_000;
    private const int FmaChunksPerThread = 8;

    /// <summary>
    /// Measures with the whole team, in about half a second: whatever else the machine does only slows it, so the multiply-adds count by their fastest quarter of
    /// short pieces (which another program that holds a core seldom interrupts) and reading by the best of several rounds. Each call measures anew.
    /// </summary>
    /// <param name="team">The threads that measure; nothing else should use them meanwhile.</param>
    public static MachinePeak Measure(WorkerTeam team)
    {
        var width = VectorWidths.Widest;
        return new(ProcessorName.Read(), team.Size, width, MeasureFma(team, width), MeasureRead(team));
    }

    private static unsafe double MeasureFma(WorkerTeam team, VectorWidth width)
    {
        var chunks = team.Size * FmaChunksPerThread;
        var ticks = new long[Rounds * chunks];
        fixed (long* first = ticks)
        {
            for (var round = 0; round < Rounds; round++)
                team.Run(chunks, new FmaChunk(width, first + round * chunks));
        }
        Array.Sort(ticks);
        var operations = 2.0 * PeakLoops.Accumulators * ((int)width / 32) * FmaSteps * team.Size;
        return operations / 1e9 / (ticks[ticks.Length / 4] / (double)Stopwatch.Frequency);
    }

    private static double MeasureRead(WorkerTeam team)
    {
        using var probe = new ReadProbe(team);
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
            best = Math.Min(best, probe.Seconds());
        return ReadProbe.Bytes / 1e9 / best;
    }

    private readonly unsafe struct FmaChunk(VectorWidth width, long* ticks) : IChunkAction
    {
        public void Invoke(int chunk)
        {
            var start = Stopwatch.GetTimestamp();
            PeakLoops.MultiplyAdd(width, FmaSteps);
            ticks[chunk] = Stopwatch.GetTimestamp() - start;
        }
    }
}
