using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>
/// Large blocks on large pages where the system has them on request (Linux's transparent ones): weights are read end to end for every token, and with pages of 4 KiB a
/// processor stops at each to look the next one up, and its prefetcher with it. A wish only: a system that says no goes on with small pages.
/// </summary>
internal static partial class LargePages
{
    /// <summary>Blocks of at least this many bytes are worth it.</summary>
    public const long LeastBytes = 2 * PageBytes;

    /// <summary>Bytes of a large page: where such a block should begin.</summary>
    public const int PageBytes = 2 << 20;

    // from Linux's asm-generic/mman-common.h
    private const int AdviseHugePages = 14;

    /// <summary>Asks for large pages under a block that was not written yet.</summary>
    /// <param name="address">Where it begins, a multiple of <see cref="PageBytes"/>.</param>
    /// <param name="bytes">Its length.</param>
    public static void Request(nint address, long bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Advise(address, (nint)bytes, AdviseHugePages);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
