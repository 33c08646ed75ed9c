using System.Diagnostics;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes;

/// <summary>
/// What others make of the same work, timed in the same run: a folder of Python scripts, each named after a suite (<c>training.py</c>), each writing lines of JSON
/// <c>{"name", "value"}</c> with the name and in the unit of the suite's own figure.
/// </summary>
public sealed class BenchPeers
{
    private readonly string _folder;
    private readonly string _python;

    /// <summary>Peers in a folder.</summary>
    /// <param name="folder">Where the scripts are.</param>
    /// <param name="python">The program that runs them; null means the Python on the path.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such folder.</exception>
    public BenchPeers(string folder, string? python = null)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("there is no such folder of peers", folder, "a folder of scripts such as benchmarks/peers", "nothing");
        _folder = folder;
        _python = python ?? (OperatingSystem.IsWindows() ? "python" : "python3");
    }

    /// <param name="suite">The suite, whose name the script has.</param>
    /// <param name="results">The suite's figures.</param>
    /// <param name="folder">Where the files of this run lie; null for none. Scripts find it in <c>INKSTONE_BENCH_FOLDER</c>.</param>
    internal IEnumerable<BenchResult> Beside(string suite, IEnumerable<BenchResult> results, string? folder = null)
    {
        var script = Path.Combine(_folder, suite + ".py");
        var figures = File.Exists(script) ? Measure(script, folder) : [];
        foreach (var result in results)
            yield return figures.TryGetValue(result.Name, out var peer) ? result with { Peer = peer, Ratio = result.Value / peer } : result;
    }

    private Dictionary<string, double> Measure(string script, string? folder)
    {
        var start = new ProcessStartInfo(_python) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(script);
        start.Environment["INKSTONE_BENCH_FOLDER"] = folder;
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var figures = new Dictionary<string, double>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                using var json = JsonDocument.Parse(line);
                figures[json.RootElement.GetProperty("name").GetString()!] = json.RootElement.GetProperty("value").GetDouble();
            }
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InkstoneRequestException("a peer's script failed", script, "exit code 0", $"{process.ExitCode}: {errors.Result.Trim()}");
            return figures;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InkstoneRequestException("a peer's script could not be run", script, $"{_python} and lines of JSON with name and value", error.Message);
        }
    }
}
