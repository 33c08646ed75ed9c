namespace Inkstone.Tensors;

/// <summary>
/// The one door to threads: a team of persistent workers that spin briefly for work, then sleep. The thread that calls <c>Run</c> takes
/// part, so a team of one starts no thread. Work is split into chunks by its shape, never by the size of the team, and chunks are handed
/// out one by one, so results do not depend on how many workers there are. Any number of threads may use one team: while one thread's work
/// holds the team, another's runs on its own thread alone, as does work begun inside a chunk.
/// </summary>
public sealed class WorkerTeam : IDisposable
{
    // The threads hold the crew, not the team: a team that is dropped without Dispose can be collected, and its finaliser ends the threads.
    private readonly WorkerCrew _crew;

    /// <summary>Starts a team.</summary>
    /// <param name="size">Threads that work at once, the caller's included; left out, one for each logical processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is less than one.</exception>
    public WorkerTeam(int? size = null)
    {
        Size = size ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(Size, 1, nameof(size));
        _crew = new WorkerCrew(Size - 1);
    }

    /// <summary>Ends the threads of a team that nobody disposed.</summary>
    ~WorkerTeam() => _crew?.Stop(); // null when the constructor threw

    /// <summary>Threads that work at once, the caller's included.</summary>
    public int Size { get; }

    /// <summary>
    /// Calls <c>action.Invoke(chunk)</c> for every chunk from 0 to <paramref name="chunkCount"/> − 1 and returns when all are done.
    /// Allocates nothing. The first exception that a chunk throws is thrown here, after the chunks already begun have ended; chunks not
    /// yet begun are then left out.
    /// </summary>
    internal void Run<TAction>(int chunkCount, TAction action)
        where TAction : struct, IChunkAction
    {
        if (chunkCount > 1 && _crew.TryRun(chunkCount, ref action))
        {
            GC.KeepAlive(this);
            return;
        }
        for (var chunk = 0; chunk < chunkCount; chunk++)
            action.Invoke(chunk);
    }

    /// <summary>Ends the threads. A disposed team still does what it is given, on the caller's thread.</summary>
    public void Dispose()
    {
        _crew.Stop();
        GC.SuppressFinalize(this);
    }
}
