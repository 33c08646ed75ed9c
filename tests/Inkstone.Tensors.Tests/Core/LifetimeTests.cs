using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors.Tests;

/// <summary>Who owns memory, how long, and that nothing is left behind.</summary>
public class LifetimeTests
{
    private readonly CpuBackend _backend = new(threads: 1);

    [Fact]
    public void ATensorUsedAfterItsScopeThrows()
    {
        Tensor escaped;
        using (PoolScope.Open())
            escaped = Tensor.Zeros([2, 3], backend: _backend);
        var error = Assert.Throws<InkstoneLifetimeException>(() => escaped.ToArray());
        Assert.Contains("Keep()", error.Message);
        Assert.Throws<InkstoneLifetimeException>(() => escaped + 1);
        Assert.Throws<InkstoneLifetimeException>(() => escaped.Slice(0, 0, 1));
    }

    [Fact]
    public void ATensorUsedAfterItsScopeThrowsEvenWhenItsMemoryIsInUseAgain()
    {
        Tensor escaped;
        using (PoolScope.Open())
            escaped = Tensor.Zeros([2, 3], backend: _backend);
        using var scope = PoolScope.Open();
        var next = Tensor.Full([2, 3], 7, backend: _backend);
        Assert.Same(_backend, next.Backend);
        Assert.Throws<InkstoneLifetimeException>(() => escaped.ToArray());
    }

    [Fact]
    public void AMissingTensorThrows() => Assert.Throws<InkstoneLifetimeException>(() => default(Tensor).ToArray());

    [Fact]
    public void KeepOutlivesTheScope()
    {
        Tensor kept;
        using (PoolScope.Open())
            kept = Tensor.Full([3], 5, backend: _backend).Keep();
        Assert.Equal([5f, 5, 5], kept.ToArray());
        Assert.Equal(0, _backend.BytesInUse);
    }

    [Fact]
    public void AViewOfAKeptTensorOutlivesTheScopeToo()
    {
        Tensor kept;
        using (PoolScope.Open())
            kept = Tensor.From([1f, 2, 3, 4], [2, 2], _backend).Transpose().Keep();
        Assert.Equal([1f, 3, 2, 4], kept.ToArray());
    }

    [Fact]
    public void HandOverMovesOneScopeOut()
    {
        using var outer = PoolScope.Open();
        Tensor handed;
        using (var inner = PoolScope.Open())
            handed = inner.HandOver(Tensor.Full([3], 5, backend: _backend));
        Assert.Equal([5f, 5, 5], handed.ToArray());
        outer.Dispose();
        Assert.Throws<InkstoneLifetimeException>(() => handed.ToArray());
        Assert.Equal(0, _backend.BytesInUse);
    }

    [Fact]
    public void HandOverWithNoScopeAroundKeeps()
    {
        Tensor handed;
        using (var inner = PoolScope.Open())
            handed = inner.HandOver(Tensor.Full([3], 5, backend: _backend));
        Assert.Equal([5f, 5, 5], handed.ToArray());
    }

    [Fact]
    public void ScopesMustCloseInReverseOrder()
    {
        var outer = PoolScope.Open();
        using (PoolScope.Open())
            Assert.Throws<InkstoneLifetimeException>(outer.Dispose);
        outer.Dispose();
    }

    [Fact]
    public void ScopesGiveBackAllTheyTook()
    {
        using (PoolScope.Open())
        {
            var before = _backend.BytesInUse;
            for (var i = 0; i < 20; i++)
            {
                using var scope = PoolScope.Open();
                var x = Tensor.Full([31, 17], 2, backend: _backend);
                _ = (x.Transpose().MatMul(x).Softmax(0) + 1).Sum([0]).ToArray();
            }
            Assert.Equal(before, _backend.BytesInUse);
        }
        Assert.Equal(0, _backend.BytesInUse);
    }

    [Fact]
    public void MemoryOfTheSameSizeIsUsedAgain()
    {
        for (var i = 0; i < 5; i++)
        {
            using var scope = PoolScope.Open();
            _ = Tensor.Zeros([1000 - i], backend: _backend); // one size class
            Assert.Equal(0, _backend.BytesPooled);
        }
        Assert.InRange(_backend.BytesPooled, 4000, 4600);
        _backend.TrimPool();
        Assert.Equal(0, _backend.BytesPooled);
    }

    [Fact]
    public void MemoryBeginsOnACacheLine()
    {
        using var scope = PoolScope.Open();
        for (var count = 1; count < 200; count += 13)
            Assert.Equal(0, Tensor.Zeros([count], backend: _backend).Storage.Handle % 64);
    }

    [Fact]
    public void WhatIsOutsideAnyScopeIsFreedByTheCollector()
    {
        var reference = Abandon();
        for (var i = 0; i < 10 && reference.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(reference.IsAlive);
        Assert.Equal(0, _backend.BytesInUse);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        WeakReference Abandon() => new(Tensor.Zeros([100], backend: _backend).Storage);
    }

    [Fact]
    public void TensorsOfTwoBackendsDoNotMix()
    {
        using var scope = PoolScope.Open();
        var other = new CpuBackend(threads: 1);
        var error = Assert.Throws<InkstoneShapeException>(() => Tensor.Zeros([2], backend: _backend) + Tensor.Zeros([2], backend: other));
        Assert.Contains("backend", error.Message);
    }

    [Fact]
    public void TheSteadyStateAllocatesNothingManaged()
    {
        var x = Tensor.Full([8, 8], 0.5, backend: _backend).Keep();
        for (var i = 0; i < 50; i++)
            Step(x);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Step(x);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 64);

        static void Step(in Tensor x)
        {
            using var scope = PoolScope.Open();
            using var tape = Tape.Record();
            var w = tape.Watch(x);
            var y = (w.MatMul(w) * w + w.RmsNorm(default)).Silu().Softmax().Sum();
            tape.Backward(y);
        }
    }
}
