using System.Runtime.InteropServices;

namespace Inkstone.Foundation.Machine;

/// <summary>What Linux is told of large blocks of memory (<c>madvise</c>). Wishes only: where the system does not know one, all goes on as before.</summary>
public static partial class MemoryAdvice
{
    /// <summary>Bytes of a large page: where a block that is to lie on such pages should begin.</summary>
    public const int LargePageBytes = 2 << 20;

    /// <summary>Blocks of at least this many bytes are worth it.</summary>
    public const long LeastBytes = 2 * LargePageBytes;

    // from Linux's asm-generic/mman-common.h
    private const int HugePages = 14;
    private const int PopulateRead = 22;

    /// <summary>
    /// Asks for large pages under memory that was not touched yet, allocated or mapped: weights are read end to end for every token, and with pages of 4 KiB a processor
    /// stops at each to look the next one up, and its prefetcher with it. A mapped file gets what the system holds of it already as it lies there.
    /// </summary>
    /// <param name="address">Where the memory begins, at a page; only what begins at a multiple of <see cref="LargePageBytes"/> can be a large one.</param>
    /// <param name="bytes">Its length.</param>
    public static void RequestLargePages(nint address, long bytes) => Advise(address, bytes, HugePages);

    /// <summary>
    /// Has a part of a mapped file read into memory now, front to back, and waits for it: in this order the disk is fastest and pages become large. A file that was cut
    /// short in the meantime makes no error here.
    /// </summary>
    /// <param name="address">Where the part begins.</param>
    /// <param name="bytes">Its length.</param>
    public static void ReadAhead(nint address, long bytes)
    {
        var into = (int)(address % Environment.SystemPageSize);
        Advise(address - into, bytes + into, PopulateRead);
    }

    private static void Advise(nint address, long bytes, int advice)
    {
        if (OperatingSystem.IsLinux() && bytes >= LeastBytes)
            _ = NativeAdvise(address, (nint)bytes, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int NativeAdvise(nint address, nint length, int advice);
}
