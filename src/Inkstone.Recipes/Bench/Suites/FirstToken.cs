using System.Diagnostics;
using System.Reflection;

namespace Inkstone.Recipes;

/// <summary>From the start of a process to the end of one that says one token: the tool as a user starts it, on a file that the system has read before.</summary>
internal static class FirstToken
{
    private const int Starts = 5;

    /// <summary>The median seconds of five starts after a first; null where this program is not the tool.</summary>
    public static double? Seconds(string model)
    {
        if (Assembly.GetEntryAssembly()?.GetName().Name != "inkstone" || Environment.ProcessPath is not { } program)
            return null;
        var seconds = new List<double>();
        for (var run = 0; run <= Starts; run++)
        {
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(program) == "dotnet")
                start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
            foreach (var argument in (string[])["generate", model, "--prompt", "w12 w13 w14", "--max-tokens", "1"])
                start.ArgumentList.Add(argument);
            var started = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"the tool ended with {process.ExitCode}: {errors.Result.Trim()}");
            if (run > 0)
                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        seconds.Sort();
        return seconds[Starts / 2];
    }
}
