using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// A block of a backend's memory that tensors look into. A storage belongs to the pool scope it was taken in, to nobody
/// (kept: the finaliser frees it), or to someone outside (a mapped file). Its generation rises when it goes back to the
/// pool, so that a tensor from before that is found out.
/// </summary>
public sealed class Storage
{
    private readonly object? _owner;

    internal Storage(Backend backend, nint handle, long byteLength, object? owner)
    {
        Backend = backend;
        Handle = handle;
        ByteLength = byteLength;
        _owner = owner;
        if (owner is not null)
            GC.SuppressFinalize(this);
    }

    /// <summary>Gives unreachable memory back; what a scope or pool holds is reachable and never comes here.</summary>
    ~Storage()
    {
        if (Kept)
            GC.RemoveMemoryPressure(ByteLength);
        Backend.FreeMemory(Handle, ByteLength);
    }

    /// <summary>Where the memory is and who computes on it.</summary>
    public Backend Backend { get; }

    /// <summary>What the backend knows the memory by; on the processor's backends, its address.</summary>
    internal nint Handle { get; }

    /// <summary>The size of the memory in bytes.</summary>
    public long ByteLength { get; }

    /// <summary>How many times this memory went back to the pool.</summary>
    internal int Generation { get; private set; }

    /// <summary>The scope that will give this back to the pool, and this storage's place in its list.</summary>
    internal PoolScope? Scope { get; set; }

    internal int ScopeIndex { get; set; }

    /// <summary>The trainable parameter whose value fills this storage.</summary>
    internal Parameter? Parameter { get; set; }

    /// <summary>How many gradient slots of a running backward pass hold this storage.</summary>
    internal int GradientHolds { get; set; }

    /// <summary>Whether the memory is somebody else's (a mapped file).</summary>
    internal bool IsExternal => _owner is not null;

    private bool Kept { get; set; }

    internal void MarkKept()
    {
        if (Kept || IsExternal)
            return;
        Kept = true;
        if (ByteLength > 0)
            GC.AddMemoryPressure(ByteLength);
    }

    internal void Retire()
    {
        Generation++;
        Scope = null;
        GradientHolds = 0;
        Parameter = null;
    }

    internal static InkstoneLifetimeException UsedAfterScope() =>
        new("the tensor was used after the pool scope it was made in had ended", "tensor", "a tensor of an open scope, or one kept by Keep()",
            "memory that was given back to the pool", "Call Keep() on a tensor that must outlive its scope.");
}
