using System.Diagnostics;
using System.Runtime.InteropServices;

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
    private const int ReadChunk = 4 << 20;
    private const int ReadChunks = 64;

    /// <summary>
    /// Measures with the whole team, in about half a second, and takes the best of several rounds: whatever else the machine does only
    /// slows them. Each call measures anew.
    /// </summary>
    /// <param name="team">The threads that measure; nothing else should use them meanwhile.</param>
    public static MachinePeak Measure(WorkerTeam team)
    {
        var width = VectorWidths.Widest;
        return new(ProcessorName.Read(), team.Size, width, MeasureFma(team, width), MeasureRead(team));
    }

    private static double MeasureFma(WorkerTeam team, VectorWidth width)
    {
        var chunks = team.Size * FmaChunksPerThread;
        var operations = 2.0 * PeakLoops.Accumulators * ((int)width / 32) * FmaSteps * chunks;
        return operations / 1e9 / BestSeconds(team, chunks, new FmaChunk(width));
    }

    private static unsafe double MeasureRead(WorkerTeam team)
    {
        var data = (byte*)NativeMemory.AlignedAlloc((nuint)ReadChunk * ReadChunks, 4096);
        try
        {
            team.Run(ReadChunks, new FillChunk(data)); // a page that was never written is not memory yet
            return (double)ReadChunk * ReadChunks / 1e9 / BestSeconds(team, ReadChunks, new ReadChunkOf(data));
        }
        finally
        {
            NativeMemory.AlignedFree(data);
        }
    }

    private static double BestSeconds<TAction>(WorkerTeam team, int chunks, TAction action)
        where TAction : struct, IChunkAction
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            team.Run(chunks, action);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    private readonly struct FmaChunk(VectorWidth width) : IChunkAction
    {
        public void Invoke(int chunk) => PeakLoops.MultiplyAdd(width, FmaSteps);
    }

    private readonly unsafe struct FillChunk(byte* data) : IChunkAction
    {
        public void Invoke(int chunk) => new Span<byte>(data + (nint)chunk * ReadChunk, ReadChunk).Fill(1);
    }

    private readonly unsafe struct ReadChunkOf(byte* data) : IChunkAction
    {
        public void Invoke(int chunk) => PeakLoops.Read(data + (nint)chunk * ReadChunk, ReadChunk);
    }
}
