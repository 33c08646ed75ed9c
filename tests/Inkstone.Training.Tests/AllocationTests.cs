using Inkstone.Tensors;

namespace Inkstone.Training.Tests;

/// <summary>Tests that count the memory of the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    /// <summary>The collection's name.</summary>
    public const string Name = "alone in the process";
}

/// <summary>What a step takes from the collector, and what stays behind, counted.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class AllocationTests
{
    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void A_step_of_two_thousand_rows_allocates_at_most_64_KB(OptimizerKind kind)
    {
        var config = Samples.TinyGpt with { LayerCount = 6, ContextLength = 256 };
        var trainer = new Trainer(Samples.Gpt(1, config), Samples.Text(documents: 400, longest: 300, context: 256), new NextToken(),
            new TrainingOptions { Steps = 100, BatchRows = 2_048, Optimizer = new() { Kind = kind } });
        using var steps = trainer.Run().GetEnumerator();
        for (var i = 0; i < 4; i++)
            steps.MoveNext();
        for (var i = 0; i < 8; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            steps.MoveNext();
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
        }
    }

    [Fact]
    public void Memory_does_not_grow()
    {
        var steps = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1" ? 10_000 : 300;
        var backend = new CpuBackend();
        var trainer = new Trainer(Samples.Gpt(1, backend: backend), Samples.Text(), new NextToken(), new TrainingOptions { Steps = steps, BatchRows = 64 });
        var (pooled, managed) = (0L, 0L);
        foreach (var step in trainer.Run())
        {
            Assert.Equal(0, backend.BytesInUse);
            if (step.Number == steps / 3)
                (pooled, managed) = (backend.BytesPooled, GC.GetTotalMemory(forceFullCollection: true));
        }
        // sequences' lengths differ from batch to batch, so a new size class may still appear: a few pages, not a few a step
        Assert.InRange(backend.BytesPooled - pooled, 0, 64 << 10);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - managed, long.MinValue, 256 << 10);
    }
}
