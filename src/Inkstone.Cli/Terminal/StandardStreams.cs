using System.Globalization;

namespace Inkstone.Cli;

/// <summary>Standard input and output as they may be: a terminal, a file, a pipe, or closed by whoever started the tool.</summary>
internal static class StandardStreams
{
    private const int CloseOnExecute = 0x80000; // O_CLOEXEC

    /// <summary>
    /// Puts an empty stream in the place of each one that was closed. Its number may belong to a file the runtime has opened since, and reading or writing that would wait for ever or worse.
    /// </summary>
    public static void ReplaceClosed()
    {
        if (WasClosed(0))
            Console.SetIn(TextReader.Null);
        if (WasClosed(1))
            Console.SetOut(TextWriter.Null);
        if (WasClosed(2))
            Console.SetError(TextWriter.Null);
    }

    /// <summary>All of standard input, until it ends or the command is stopped.</summary>
    public static Task<string> ReadAllAsync(CancellationToken cancellation) =>
        // a read that waits cannot be called back, but it need not be waited for
        Task.Run(Console.In.ReadToEnd, CancellationToken.None).WaitAsync(cancellation);

    /// <summary>A line of standard input, null at its end.</summary>
    public static Task<string?> ReadLineAsync(CancellationToken cancellation) => Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellation);

    /// <summary>Streams that are handed down do not close when a program begins; all that the runtime opens does.</summary>
    private static bool WasClosed(int number)
    {
        var facts = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{number}");
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
            return false;
        if (!File.Exists(facts))
            return true;
        var flags = File.ReadLines(facts).FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return flags is not null && (Convert.ToInt64(flags[6..].Trim(), 8) & CloseOnExecute) != 0;
    }
}
