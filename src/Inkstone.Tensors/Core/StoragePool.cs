using System.Numerics;

namespace Inkstone.Tensors;

/// <summary>
/// The free storages of one backend, by size class. A class is an eighth of an octave wide, so at most one part in eight of a
/// block is slack. Safe from many threads.
/// </summary>
internal sealed class StoragePool(Backend backend)
{
    private const int SmallestClass = 256;
    private readonly Dictionary<long, Stack<Storage>> _free = [];
    private readonly Lock _lock = new();

    /// <summary>Bytes handed out and bytes held free, for the leak checks.</summary>
    public long BytesInUse { get; private set; }

    /// <summary>Bytes that wait in the pool.</summary>
    public long BytesFree { get; private set; }

    public Storage Rent(long bytes)
    {
        var size = SizeClass(bytes);
        lock (_lock)
        {
            BytesInUse += size;
            if (_free.TryGetValue(size, out var stack) && stack.TryPop(out var storage))
            {
                BytesFree -= size;
                return storage;
            }
        }
        return new Storage(backend, backend.AllocateMemory(size), size, owner: null);
    }

    public void Return(Storage storage)
    {
        storage.Retire();
        lock (_lock)
        {
            BytesInUse -= storage.ByteLength;
            BytesFree += storage.ByteLength;
            if (!_free.TryGetValue(storage.ByteLength, out var stack))
                _free[storage.ByteLength] = stack = new Stack<Storage>();
            stack.Push(storage);
        }
    }

    /// <summary>A kept storage leaves the pool's account: its finaliser frees it.</summary>
    public void Forget(Storage storage)
    {
        lock (_lock)
            BytesInUse -= storage.ByteLength;
    }

    /// <summary>Gives all free memory back to the system.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            // dropped storages are unreachable: their finalisers free the memory
            _free.Clear();
            BytesFree = 0;
        }
    }

    /// <summary>The size, rounded up to one of eight steps an octave.</summary>
    private static long SizeClass(long bytes)
    {
        if (bytes <= SmallestClass)
            return SmallestClass;
        var step = 1L << Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)(bytes - 1)) - 3);
        return checked((bytes + step - 1) / step * step);
    }
}
