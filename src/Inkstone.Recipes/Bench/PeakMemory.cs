using System.Diagnostics;
using System.Globalization;

namespace Inkstone.Recipes;

/// <summary>The most memory this process has had resident. On Linux it can begin anew; elsewhere it counts from the start of the process.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string Reset = "/proc/self/clear_refs";
    private const string Field = "VmHWM:";

    /// <summary>The most so far, in bytes.</summary>
    public static long Bytes
    {
        get
        {
            if (File.Exists(Status))
                foreach (var line in File.ReadLines(Status))
                    if (line.StartsWith(Field, StringComparison.Ordinal))
                        return 1024 * long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Begins anew where the system can, and says what is resident now, in bytes.</summary>
    public static long Restart()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        try
        {
            if (File.Exists(Reset))
                File.WriteAllText(Reset, "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // a system that forbids it: the peak then counts from the start of the process
        }
        return Environment.WorkingSet;
    }
}
