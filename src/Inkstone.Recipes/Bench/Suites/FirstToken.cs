using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Inkstone.Recipes;

/// <summary>From the start of a process to the moment it has written one token after its prompt: the tool as a user starts it, on a file that the system has read before.</summary>
internal static class FirstToken
{
    private const int Starts = 5;
    private const string Prompt = "w12 w13 w14";

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
            foreach (var argument in (string[])["generate", model, "--prompt", Prompt, "--max-tokens", "1"])
                start.ArgumentList.Add(argument);
            var started = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var written = TimeOfToken(process.StandardOutput.BaseStream, started);
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"the tool ended with {process.ExitCode}: {errors.Result.Trim()}");
            if (run > 0)
                seconds.Add(written ?? throw new InvalidOperationException("the tool wrote no token"));
        }
        seconds.Sort();
        return seconds[Starts / 2];
    }

    /// <summary>Reads all there is; the seconds at which it was more than the prompt, or null.</summary>
    private static double? TimeOfToken(Stream output, long started)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        double? seconds = null;
        for (int count; (count = output.Read(buffer)) > 0;)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (text.ToString().TrimEnd().Length > Prompt.Length)
                seconds ??= Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        return seconds;
    }
}
