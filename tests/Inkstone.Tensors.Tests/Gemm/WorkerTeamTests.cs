namespace Inkstone.Tensors.Tests;

public sealed unsafe class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void EveryChunkRunsExactlyOnce(int size)
    {
        using var team = new WorkerTeam(size);
        foreach (var count in new[] { 0, 1, 2, 3, 7, 64, 1000 })
        {
            var counts = new int[count];
            team.Run(count, new Count(counts));
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void WorkersThatFellAsleepWakeUp()
    {
        using var team = new WorkerTeam(2);
        for (var round = 0; round < 20; round++)
        {
            // Both chunks wait for each other, so this ends only if a second thread takes part.
            using var meeting = new Barrier(2);
            team.Run(2, new Meet(meeting));
            Thread.Sleep(5);
        }
    }

    [Fact]
    public void WorkBegunInsideAChunkRunsInPlace()
    {
        using var team = new WorkerTeam(3);
        var counts = new int[8 * 100];
        team.Run(8, new Nested(team, counts));
        Assert.All(counts, c => Assert.Equal(1, c));
    }

    [Fact]
    public void ManyThreadsShareOneTeam()
    {
        using var team = new WorkerTeam(3);
        var threads = new Thread[4];
        var results = new int[threads.Length][];
        for (var i = 0; i < threads.Length; i++)
        {
            var counts = results[i] = new int[50];
            threads[i] = new Thread(() =>
            {
                for (var round = 0; round < 2000; round++)
                    team.Run(counts.Length, new Count(counts));
            });
        }
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.All(results, counts => Assert.All(counts, c => Assert.Equal(2000, c)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AChunksExceptionReachesTheCallerAndTheTeamGoesOn(int size)
    {
        using var team = new WorkerTeam(size);
        for (var round = 0; round < 50; round++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => team.Run(100, new Fail(round)));
            Assert.Equal($"chunk {round}", error.Message);
            var counts = new int[100];
            team.Run(100, new Count(counts));
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void ADisposedTeamWorksOnTheCallersThread()
    {
        var team = new WorkerTeam(2);
        team.Dispose();
        var counts = new int[10];
        team.Run(10, new Count(counts));
        Assert.All(counts, c => Assert.Equal(1, c));
    }

    [Fact]
    public void RunAllocatesNothing()
    {
        using var team = new WorkerTeam(2);
        var counts = new int[64];
        team.Run(64, new Count(counts));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
            team.Run(64, new Count(counts));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ATeamOfNoneIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));

    private readonly struct Count(int[] counts) : IChunkAction
    {
        public void Invoke(int chunk) => Interlocked.Increment(ref counts[chunk]);
    }

    private readonly struct Meet(Barrier meeting) : IChunkAction
    {
        public void Invoke(int chunk) => meeting.SignalAndWait();
    }

    private readonly struct Nested(WorkerTeam team, int[] counts) : IChunkAction
    {
        public void Invoke(int chunk) => team.Run(100, new Part(counts, chunk * 100));
    }

    private readonly struct Part(int[] counts, int start) : IChunkAction
    {
        public void Invoke(int chunk) => Interlocked.Increment(ref counts[start + chunk]);
    }

    private readonly struct Fail(int failing) : IChunkAction
    {
        public void Invoke(int chunk)
        {
            if (chunk == failing)
                throw new InvalidOperationException($"chunk {chunk}");
        }
    }
}
