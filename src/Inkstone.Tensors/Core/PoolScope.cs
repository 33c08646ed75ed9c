using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// The life of the tensors made while it is open on this thread: disposing it gives their memory back to the pool. A training
/// step and an engine turn each open one, so model code never disposes. Scopes nest; they are opened with <c>using</c> and
/// never across <c>await</c> or <c>yield return</c>.
/// </summary>
public sealed class PoolScope : IDisposable
{
    [ThreadStatic]
    private static PoolScope? Innermost;

    [ThreadStatic]
    private static Stack<PoolScope>? Recycled;

    private readonly List<Storage> _storages = [];
    private PoolScope? _outer;
    private bool _open;

    private PoolScope()
    {
    }

    /// <summary>The innermost open scope of this thread.</summary>
    internal static PoolScope? Current => Innermost;

    /// <summary>How many storages the scope holds.</summary>
    internal int Count => _storages.Count;

    /// <summary>Opens a scope inside the current one.</summary>
    public static PoolScope Open()
    {
        var scope = (Recycled ??= new()).TryPop(out var old) ? old : new PoolScope();
        scope._outer = Innermost;
        scope._open = true;
        return Innermost = scope;
    }

    /// <summary>Gives the memory of every tensor made in the scope, and not kept, back to the pool.</summary>
    /// <exception cref="InkstoneLifetimeException">A scope opened later is still open.</exception>
    public void Dispose()
    {
        if (!_open)
            return;
        if (Innermost != this)
            throw new InkstoneLifetimeException("scopes must be closed in the reverse order of their opening, on their own thread", "PoolScope");
        for (var i = _storages.Count - 1; i >= 0; i--)
            _storages[i].Backend.Pool.Return(_storages[i]);
        _storages.Clear();
        _open = false;
        Innermost = _outer;
        _outer = null;
        Recycled!.Push(this);
    }

    /// <summary>Moves a tensor's memory to the scope around this one; with none around, the tensor is kept.</summary>
    public Tensor HandOver(in Tensor tensor)
    {
        var storage = tensor.Storage;
        if (storage.Scope != this)
            return tensor;
        if (_outer is null)
            return tensor.Keep();
        Remove(storage);
        _outer.Add(storage);
        return tensor;
    }

    internal void Add(Storage storage)
    {
        storage.Scope = this;
        storage.ScopeIndex = _storages.Count;
        _storages.Add(storage);
    }

    internal void Remove(Storage storage)
    {
        var last = _storages[^1];
        _storages[storage.ScopeIndex] = last;
        last.ScopeIndex = storage.ScopeIndex;
        _storages.RemoveAt(_storages.Count - 1);
        storage.Scope = null;
    }

    /// <summary>Gives one storage back before the scope ends.</summary>
    internal void Release(Storage storage)
    {
        Remove(storage);
        storage.Backend.Pool.Return(storage);
    }

    internal Storage this[int index] => _storages[index];
}
