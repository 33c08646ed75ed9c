using System.Runtime.InteropServices;

namespace Inkstone.Cli;

/// <summary>
/// Ctrl-C and the wish of the system that the process ends. The first asks the command to stop, which then saves what it has; while an answer is written in a chat, Ctrl-C stops only that.
/// A second one, before the first has had its effect, ends the process at once.
/// </summary>
internal static class StopSignals
{
    private const int Interrupted = 130;
    private const int Terminated = 143;

    private static CancellationTokenSource _command = new();
    private static volatile CancellationTokenSource? _answer;

    /// <summary>Cancelled when the command is to stop.</summary>
    public static CancellationToken Command => _command.Token;

    /// <summary>The exit code of a command that was stopped and has saved what it had.</summary>
    public static int ExitCode { get; private set; } = Interrupted;

    /// <summary>Listens until what it returns is disposed.</summary>
    public static IDisposable Listen()
    {
        _command = new CancellationTokenSource();
        return new Listening(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
    }

    /// <summary>From now until it is disposed, Ctrl-C stops this and not the command.</summary>
    public static CancellationTokenSource BeginAnswer() => _answer = CancellationTokenSource.CreateLinkedTokenSource(Command);

    /// <summary>The answer is over: Ctrl-C stops the command again.</summary>
    public static void EndAnswer() => _answer = null;

    /// <summary>What a signal does; left as it is, the system's own default follows: the process ends.</summary>
    internal static void Handle(PosixSignalContext context)
    {
        var target = context.Signal == PosixSignal.SIGINT && _answer is { } answer ? answer : _command;
        if (target.IsCancellationRequested)
            return;
        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGINT ? Interrupted : Terminated;
        target.Cancel();
    }

    private sealed class Listening(IDisposable interrupt, IDisposable terminate) : IDisposable
    {
        public void Dispose()
        {
            interrupt.Dispose();
            terminate.Dispose();
        }
    }
}
