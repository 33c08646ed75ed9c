using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>
/// Reads an array far larger than the caches with the whole team, and tells how long that took: the read bandwidth of this moment. On a machine that others use
/// too it changes from one second to the next, so work bounded by memory is timed between readings of a probe.
/// </summary>
public sealed unsafe class ReadProbe : IDisposable
{
    /// <summary>How many bytes a reading reads.</summary>
    public const long Bytes = (long)Chunk * Chunks;

    private const int Chunk = 4 << 20;
    private const int Chunks = 64;
    private readonly WorkerTeam _team;
    private byte* _data;

    /// <summary>Makes the array.</summary>
    /// <param name="team">The threads that read; nothing else should use them meanwhile.</param>
    public ReadProbe(WorkerTeam team)
    {
        _team = team;
        _data = (byte*)HostMemory.Allocate(Bytes);
        team.Run(Chunks, new FillChunk(_data)); // a page that was never written is not memory yet
    }

    /// <summary>Frees the array if nobody did.</summary>
    ~ReadProbe() => NativeMemory.AlignedFree(_data);

    /// <summary>Reads once: seconds.</summary>
    public double Seconds()
    {
        ObjectDisposedException.ThrowIf(_data == null, this);
        var start = Stopwatch.GetTimestamp();
        _team.Run(Chunks, new ReadChunk(_data));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        GC.SuppressFinalize(this);
    }

    private readonly struct FillChunk(byte* data) : IChunkAction
    {
        public void Invoke(int chunk) => new Span<byte>(data + (nint)chunk * Chunk, Chunk).Fill(1);
    }

    private readonly struct ReadChunk(byte* data) : IChunkAction
    {
        public void Invoke(int chunk) => PeakLoops.Read(data + (nint)chunk * Chunk, Chunk);
    }
}
