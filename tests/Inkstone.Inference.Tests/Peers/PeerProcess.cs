using System.Diagnostics;
using Xunit.Abstractions;

namespace Inkstone.Inference.Tests;

/// <summary>A script of tests/oracles run by node.</summary>
internal static class PeerProcess
{
    public static void Run(string script, string jobs, ITestOutputHelper output)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Inkstone.slnx")))
            root = root.Parent!;
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(root.FullName, "tests", "oracles", script), LlamaFactAttribute.Modules!, jobs])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        output.WriteLine(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
