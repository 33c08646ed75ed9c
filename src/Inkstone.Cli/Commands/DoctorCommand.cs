using System.CommandLine;
using System.Runtime.InteropServices;
using Inkstone.Corpus;
using Inkstone.Foundation.Machine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("doctor", "Say what this machine has: processor, measured peaks, memory, disk, and the SDK's documentation.\n\nExamples:\n  inkstone doctor\n  inkstone doctor --json")
        {
            json,
        };
        command.SetAction(result =>
        {
            var machine = BenchMachine.Measure().Peak;
            var memory = MachineMemory.Read().TotalBytes;
            var disk = new DriveInfo(Path.GetFullPath(".")).AvailableFreeSpace;
            var documentation = DotNetInstallation.FindDocumentation(DotNetInstallation.CandidateRoots());
            if (result.GetValue(json))
            {
                JsonOutput.Print(new
                {
                    processor = machine.Processor,
                    threads = machine.Cores,
                    vectorBits = int.Parse(machine.Width.ToString()[4..], System.Globalization.CultureInfo.InvariantCulture),
                    fmaGflops = machine.FmaGflops,
                    readGBps = machine.ReadGBps,
                    memoryBytes = memory,
                    freeDiskBytes = disk,
                    runtime = RuntimeInformation.FrameworkDescription,
                    system = RuntimeInformation.OSDescription,
                    documentationFiles = documentation.Count,
                });
                return 0;
            }
            Row("processor", FormattableString.Invariant($"{machine.Processor}, {machine.Cores} threads, vectors of {machine.Width.ToString()[4..]} bits"));
            Row("arithmetic", FormattableString.Invariant($"{machine.FmaGflops:F0} GFLOP/s single precision, measured"));
            Row("memory", FormattableString.Invariant($"{memory / 1073741824.0:F1} GiB; {machine.ReadGBps:F1} GB/s read, measured"));
            Row("free disk here", FormattableString.Invariant($"{disk / 1073741824.0:F1} GiB"));
            Row("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
            Row("quickstart's text", documentation.Count > 0
                ? $"the SDK's API documentation, {documentation.Count} files"
                : "not here: this SDK has no packs folder with documentation; give quickstart a --text");
            return 0;
        });
        return command;
    }

    private static void Row(string name, string value) => Console.WriteLine($"{name,-18} {value}");
}
