using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Inkstone.Cli.Tests;

/// <summary>The tool as a process of its own, as a person starts it.</summary>
internal sealed class Tool : IDisposable
{
    private const int Interrupt = 2;
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly List<Thread> _followers = [];

    /// <summary>A shell that starts something in the background makes it ignore interrupts, and what that starts inherits it; the tool is to be started as a person starts it.</summary>
    static Tool()
    {
        if (!OperatingSystem.IsWindows())
            SetHandler(Interrupt, IntPtr.Zero);
    }

    private Tool(Process process)
    {
        _process = process;
        Follow(process.StandardOutput, _output);
        Follow(process.StandardError, _error);
    }

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "inkstone.dll");

    public string Output => Read(_output);

    public string Error => Read(_error);

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Bytes resident that are no file's; on Linux.</summary>
    public long ResidentOfItsOwn
    {
        get
        {
            const string name = "RssAnon:";
            var line = File.ReadLines(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status")).First(line => line.StartsWith(name, StringComparison.Ordinal));
            return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture) << 10;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Runs the tool to its end with nothing on standard input.</summary>
    public static (int Exit, string Output, string Error) Run(params string[] arguments)
    {
        using var tool = Start(arguments);
        tool.Input.Close();
        return (tool.WaitForExit(), tool.Output, tool.Error);
    }

    public static Tool Start(params string[] arguments) => Start("dotnet", [Assembly, .. arguments]);

    /// <summary>Runs a line of the shell in which $inkstone is the tool; for what only a shell can do to a process.</summary>
    public static (int Exit, string Output, string Error) Shell(string line)
    {
        using var shell = Start("bash", ["-c", $"inkstone='dotnet {Assembly}'; {line}"]);
        shell.Input.Close();
        return (shell.WaitForExit(), shell.Output, shell.Error);
    }

    /// <summary>Waits until the output or the error output holds a text.</summary>
    public void WaitFor(string text)
    {
        var started = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal) && !Error.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(HasExited, $"ended with {(HasExited ? _process.ExitCode : 0)} before it said '{text}'\n{Output}\n{Error}");
            Assert.True(started.Elapsed < Watchdog, $"never said '{text}'\n{Output}\n{Error}");
            Thread.Sleep(2);
        }
    }

    /// <summary>Sends a signal by its name: INT, TERM, KILL. By a call of the system and not by a program, which takes seconds to start where much else runs.</summary>
    public void Signal(string name) => Assert.Equal(0, SendSignal(_process.Id, name switch
    {
        "INT" => Interrupt,
        "KILL" => 9,
        "TERM" => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "INT, TERM or KILL"),
    }));

    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Watchdog), $"did not end\n{Output}\n{Error}");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr SetHandler(int signal, IntPtr handler);

    private static Tool Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        return new Tool(Process.Start(start)!);
    }

    private void Follow(StreamReader reader, StringBuilder destination)
    {
        var follower = new Thread(() =>
        {
            var block = new char[4096];
            for (int count; (count = reader.Read(block, 0, block.Length)) > 0;)
                lock (destination)
                    destination.Append(block, 0, count);
        })
        { IsBackground = true };
        follower.Start();
        _followers.Add(follower);
    }

    private string Read(StringBuilder text)
    {
        if (_process.HasExited)
            foreach (var follower in _followers)
                follower.Join(TimeSpan.FromSeconds(10)); // a grandchild may hold the stream open
        lock (text)
            return text.ToString();
    }
}
