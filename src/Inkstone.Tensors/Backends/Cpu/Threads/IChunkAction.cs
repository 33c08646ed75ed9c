namespace Inkstone.Tensors;

/// <summary>
/// Work cut into numbered chunks, run by <see cref="WorkerTeam.Run{TAction}"/>. A struct, so that a call allocates nothing; every worker
/// calls the one copy on the caller's stack, so <see cref="Invoke"/> must not change the struct's fields.
/// </summary>
internal interface IChunkAction
{
    /// <summary>Does one chunk. Chunks run in any order, on any worker, each exactly once.</summary>
    void Invoke(int chunk);
}
