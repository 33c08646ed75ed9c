using System.Diagnostics;

namespace Inkstone.TestKit;

/// <summary>The scripts of tests/oracles.</summary>
public static class OracleScript
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs a script with the folder of node modules and other arguments; gives what it writes.</summary>
    public static string Run(string program, string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(Root, "tests", "oracles", script), LlamaFactAttribute.Modules ?? "", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var written = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? written : throw new CheckFailedException($"{script} ended with {process.ExitCode}: {written}");
    }

    private static string FindRoot()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Inkstone.slnx")))
            root = root.Parent!;
        return root.FullName;
    }
}
