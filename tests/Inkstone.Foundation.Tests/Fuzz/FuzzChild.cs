using System.IO.MemoryMappedFiles;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Tests.Fuzz;

/// <summary>
/// Tries one target in a process of its own: of each input it is checked that only a format error escapes and that parsing allocates at most 16 times the
/// input and a mebibyte. Anything else ends the process, and the file of progress says in which round.
/// </summary>
internal static class FuzzChild
{
    /// <summary>Runs rounds and prints how many inputs were accepted, how many refused, and the heap's limit.</summary>
    /// <param name="name">The target.</param>
    /// <param name="from">The first round.</param>
    /// <param name="count">How many rounds.</param>
    /// <param name="progress">Where the round that runs is written, if anywhere.</param>
    public static int Run(string name, long from, long count, string? progress)
    {
        var target = FuzzTarget.All.Single(one => one.Name == name);
        using var mapped = progress is null ? MemoryMappedFile.CreateNew(null, 8) : MemoryMappedFile.CreateFromFile(progress, FileMode.Open, null, 8);
        using var place = mapped.CreateViewAccessor(0, 8);
        long accepted = 0;
        for (var round = from; round < from + count; round++)
        {
            place.Write(0, round);
            accepted += Try(target, target.Input(round)) ? 1 : 0;
        }
        Console.WriteLine(FormattableString.Invariant($"{accepted} {count - accepted} {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes}"));
        return 0;
    }

    private static bool Try(FuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        object? parsed = null;
        try
        {
            parsed = target.Parse(input);
        }
        catch (InkstoneFormatException)
        {
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        FuzzTarget.Require(allocated <= (16L * input.Length) + (1 << 20), $"{allocated} bytes were allocated for {input.Length}");
        if (parsed is not null)
            target.Check(parsed, input);
        return parsed is not null;
    }
}
