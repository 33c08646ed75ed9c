using System.Globalization;
using Inkstone.Foundation.Files;

namespace Inkstone.Foundation.Machine;

/// <summary>
/// How much memory this process may use, and how much of it is free now. On Linux the system's own figures (<c>/proc/meminfo</c>) and the limits of the control groups
/// the process is in, version 1 or 2; elsewhere what the runtime knows. Memory that holds copies of files counts as free: the system gives it up when it is asked for.
/// </summary>
/// <param name="TotalBytes">The most this process may use.</param>
/// <param name="FreeBytes">What of it is free.</param>
/// <param name="IsLimited">Whether a control group or a setting of the runtime allows less than the machine has.</param>
public sealed record MachineMemory(long TotalBytes, long FreeBytes, bool IsLimited)
{
    private const string Groups = "sys/fs/cgroup";

    /// <summary>Asks the system.</summary>
    public static MachineMemory Read()
    {
        var runtime = GC.GetGCMemoryInfo();
        var hint = runtime.TotalAvailableMemoryBytes;
        // the runtime knows the load as of its last collection only, so it is second choice
        var found = (OperatingSystem.IsLinux() ? Read("/") : null) ?? new(hint, Math.Max(0, hint - runtime.MemoryLoadBytes), false);
        return hint >= found.TotalBytes ? found : new(hint, Math.Min(found.FreeBytes, hint), true);
    }

    /// <summary>Reads the files of a Linux system whose root lies somewhere; null when they say nothing.</summary>
    internal static MachineMemory? Read(string root)
    {
        if (Values(Path.Combine(root, "proc/meminfo"), ':') is not { } facts || !facts.TryGetValue("MemTotal", out var total))
            return null;
        var free = facts.TryGetValue("MemAvailable", out var available) ? available
            : facts.GetValueOrDefault("MemFree") + facts.GetValueOrDefault("Buffers") + facts.GetValueOrDefault("Cached");
        var memory = new MachineMemory(total, Math.Min(free, total), false);
        foreach (var (folder, isNewer) in GroupFolders(root))
            memory = Limited(memory, folder, isNewer);
        return memory;
    }

    /// <summary>The folders of the groups the process is in, each with those around it.</summary>
    private static IEnumerable<(string Folder, bool IsNewer)> GroupFolders(string root)
    {
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")) ?? [])
        {
            var parts = line.Split(':', 3);
            var isNewer = parts is ["0", "", _];
            if (parts.Length < 3 || !isNewer && !parts[1].Split(',').Contains("memory"))
                continue;
            var top = Path.Combine(root, isNewer ? Groups : Groups + "/memory");
            // inside a container the path may be one that only its host can see: then the top is the container's own
            for (var path = parts[2].Trim('/'); ; path = path.LastIndexOf('/') is > 0 and var end ? path[..end] : "")
            {
                yield return (Path.Combine(top, path), isNewer);
                if (path.Length == 0)
                    break;
            }
        }
    }

    private static MachineMemory Limited(MachineMemory memory, string folder, bool isNewer)
    {
        if (Number(Path.Combine(folder, isNewer ? "memory.max" : "memory.limit_in_bytes")) is not { } limit || limit >= memory.TotalBytes)
            return memory;
        var used = Number(Path.Combine(folder, isNewer ? "memory.current" : "memory.usage_in_bytes")) ?? 0;
        var facts = Values(Path.Combine(folder, "memory.stat"), ' ') ?? [];
        var prefix = isNewer ? "" : "total_";
        var files = facts.GetValueOrDefault(prefix + "inactive_file") + facts.GetValueOrDefault(prefix + "active_file");
        var free = limit - Math.Max(0, used - files);
        return new(limit, Math.Clamp(Math.Min(memory.FreeBytes, free), 0, limit), true);
    }

    /// <summary>Lines of a name, a separator and a number, those in kB made bytes.</summary>
    private static Dictionary<string, long>? Values(string path, char separator)
    {
        if (Lines(path) is not { } lines)
            return null;
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var parts = line.Split([separator, ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                values[parts[0]] = parts is [_, _, "kB", ..] ? number > long.MaxValue >> 10 ? long.MaxValue : number << 10 : number;
        }
        return values;
    }

    /// <summary>A file of one number; null when it is not there or has no number ("max").</summary>
    private static long? Number(string path) =>
        Lines(path) is [var line, ..] && long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[]? Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : null;
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            return null; // what cannot be read limits nothing that is known
        }
    }
}
