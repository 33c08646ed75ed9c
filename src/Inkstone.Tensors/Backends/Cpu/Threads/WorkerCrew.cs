using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>
/// The threads behind a <see cref="WorkerTeam"/>, and the protocol by which they share one job at a time:
/// <list type="bullet">
/// <item>the caller writes the job, opens the gate and raises the generation that idle workers watch;</item>
/// <item>a worker that sees a new generation enters while the gate is open, takes chunks from a counter, and leaves;</item>
/// <item>the caller takes chunks too; when none is left it closes the gate and waits for those inside.</item>
/// </list>
/// The job is therefore never changed while a worker reads it, and a worker that wakes late finds the gate closed and costs nothing.
/// </summary>
internal sealed unsafe class WorkerCrew
{
    private const int Open = 1 << 30;

    // Thread.SpinWait(1) takes about 40 ns whatever the processor, so a worker watches for about 100 µs: longer than the serial stretch
    // between two operations, short enough not to burn a core that has nothing to do.
    private const int IdleSpins = 2500;

    // The caller spins this long for the last worker, then gives its time slice away between looks.
    private const int FinishSpins = 2500;

    [ThreadStatic]
    private static bool t_insideChunk;

    private readonly object _sleep = new();
    private readonly int _threadCount;
    private Counters _counters;
    private int _busy;
    private int _sleeperCount;
    private volatile bool _stopped;
    private delegate*<void*, int, void> _invoke;
    private void* _action;
    private int _chunkCount;
    private ExceptionDispatchInfo? _error;

    public WorkerCrew(int threadCount)
    {
        _threadCount = threadCount;
        for (var i = 0; i < threadCount; i++)
            new Thread(Work) { IsBackground = true, Name = $"Inkstone worker {i + 1}" }.Start();
    }

    /// <summary>Runs the job on this thread and the crew's; false, with nothing done, when the crew is not free or this is a chunk.</summary>
    public bool TryRun<TAction>(int chunkCount, ref TAction action)
        where TAction : struct, IChunkAction
    {
        if (_threadCount == 0 || t_insideChunk || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            return false;

        // The action lies in the stack frame of WorkerTeam.Run, which does not return before the last worker has left.
        _action = Unsafe.AsPointer(ref action);
        _invoke = &InvokeChunk<TAction>;
        _chunkCount = chunkCount;
        _error = null;
        _counters.NextChunk = 0;
        Volatile.Write(ref _counters.Gate, Open);
        Interlocked.Increment(ref _counters.Generation);
        if (Volatile.Read(ref _sleeperCount) != 0)
            WakeAll();

        t_insideChunk = true;
        TakeChunks();
        t_insideChunk = false;

        Interlocked.And(ref _counters.Gate, ~Open);
        for (var spin = 0; Volatile.Read(ref _counters.Gate) != 0; spin++)
        {
            if (spin < FinishSpins)
                Thread.SpinWait(1);
            else
                Thread.Yield();
        }
        var error = _error;
        Volatile.Write(ref _busy, 0);
        error?.Throw();
        return true;
    }

    public void Stop()
    {
        _stopped = true;
        Interlocked.Increment(ref _counters.Generation);
        WakeAll();
    }

    private static void InvokeChunk<TAction>(void* action, int chunk)
        where TAction : struct, IChunkAction => Unsafe.AsRef<TAction>(action).Invoke(chunk);

    private void Work()
    {
        t_insideChunk = true;
        var seen = 0;
        while (true)
        {
            seen = AwaitGeneration(seen);
            if (_stopped)
                return;
            if (TryEnter())
            {
                TakeChunks();
                Interlocked.Decrement(ref _counters.Gate);
            }
        }
    }

    private void TakeChunks()
    {
        var count = _chunkCount;
        try
        {
            for (int chunk; (chunk = Interlocked.Increment(ref _counters.NextChunk) - 1) < count;)
                _invoke(_action, chunk);
        }
        catch (Exception error) // a thread's border: the error travels to the caller of Run, which throws it
        {
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(error), null);
            Volatile.Write(ref _counters.NextChunk, count);
        }
    }

    private bool TryEnter()
    {
        var gate = Volatile.Read(ref _counters.Gate);
        while ((gate & Open) != 0)
        {
            var found = Interlocked.CompareExchange(ref _counters.Gate, gate + 1, gate);
            if (found == gate)
                return true;
            gate = found;
        }
        return false;
    }

    private int AwaitGeneration(int seen)
    {
        for (var spin = 0; spin < IdleSpins; spin++)
        {
            var generation = Volatile.Read(ref _counters.Generation);
            if (generation != seen)
                return generation;
            Thread.SpinWait(1);
        }
        lock (_sleep)
        {
            // Announced before the generation is read again, as the caller raises the generation before it looks for sleepers: one of the
            // two sees the other.
            Interlocked.Increment(ref _sleeperCount);
            while (Volatile.Read(ref _counters.Generation) == seen)
                Monitor.Wait(_sleep);
            Interlocked.Decrement(ref _sleeperCount);
            return Volatile.Read(ref _counters.Generation);
        }
    }

    private void WakeAll()
    {
        lock (_sleep)
            Monitor.PulseAll(_sleep);
    }

    // What different threads write at once lies on different cache lines.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Counters
    {
        [FieldOffset(128)]
        public int Generation;

        [FieldOffset(256)]
        public int NextChunk;

        [FieldOffset(384)]
        public int Gate;
    }
}
