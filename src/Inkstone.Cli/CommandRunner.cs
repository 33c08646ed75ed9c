using System.CommandLine;
using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Cli;

/// <summary>
/// Runs a command line and turns what comes of it into an exit code: 0 done, 1 failure, 2 wrong usage, 3 not found, 4 bad file or data, 5 no space or memory, 6 not finite, 130
/// interrupted, 143 terminated.
/// </summary>
internal static class CommandRunner
{
    private const int Interrupted = 130;
    private const int Terminated = 143;

    private static int _signal;

    /// <summary>The exit code of a command that was stopped and has saved what it had.</summary>
    public static int StoppedExitCode => _signal == 0 ? Interrupted : _signal;

    public static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stopping, Interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stopping, Terminated));
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"See: inkstone {string.Join(' ', Path(parsed.CommandResult.Command))}--help").ConfigureAwait(false);
            return 2;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stopping.Token)
                .ConfigureAwait(false);
        }
        catch (InkstoneException error)
        {
            return await FailAsync(error.Message, error.ExitCode).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("stopped", StoppedExitCode).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OutOfMemoryException or InsufficientMemoryException)
        {
            return await FailAsync("There is not enough memory. Try a smaller --size.", 5).ConfigureAwait(false);
        }
        catch (Exception error) when (Environment.GetEnvironmentVariable("INKSTONE_TRACE") is null)
        {
            // the process boundary: a defect of ours still ends with a sentence and a way to say more
            return await FailAsync($"An unexpected error: {error.GetType().Name}: {error.Message}\nRun again with INKSTONE_TRACE=1 to see where, and report it.", 1)
                .ConfigureAwait(false);
        }
    }

    private static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync(message).ConfigureAwait(false);
        return code;
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stopping, int code)
    {
        if (stopping.IsCancellationRequested)
            return; // a second signal ends the process at once
        context.Cancel = true;
        _signal = code;
        stopping.Cancel();
    }

    private static IEnumerable<string> Path(Command command) => command.Parents.OfType<Command>().Any() ? [command.Name, ""] : [];
}
