namespace Inkstone.Models;

/// <summary>How a checkpoint becomes a model.</summary>
public sealed record LoadOptions
{
    /// <summary>For training: every number a parameter in the backend's own floating type.</summary>
    public static LoadOptions Trainable { get; } = new() { Frozen = false };

    /// <summary>For use: matrices stay in the format of their file.</summary>
    public static LoadOptions ForUse { get; } = new();

    /// <summary>Whether matrices stay in the format of their file and are not trained; vectors are parameters in any case.</summary>
    public bool Frozen { get; init; } = true;

    /// <summary>Whether frozen matrices in block formats are laid out anew for speed, in memory of their own, when they are used for the second time.</summary>
    public bool Interleave { get; init; } = true;

    /// <summary>
    /// Whether frozen matrices may be read where the file is mapped. A mapped file that another process cuts short ends this one: without mapping, its bytes
    /// are copied first.
    /// </summary>
    public bool Mapped { get; init; } = true;

    /// <summary>
    /// The longest sequence to be served; null means the configuration's. What depends on it (LongRoPE's divisors, the dynamic base) is chosen by it, once.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>Told after every tensor how many of the file's bytes have been taken up, and how many there are.</summary>
    public Action<long, long>? Progress { get; init; }
}
