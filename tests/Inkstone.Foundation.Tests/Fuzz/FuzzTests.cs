using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Inkstone.Foundation.Tests.Fuzz;

/// <summary>
/// Mutants of weight files, tried in a process with a heap of 512 MiB: 200,000 a format, 20 million with INKSTONE_HEAVY=1. A failure names its round;
/// <c>dotnet exec Inkstone.Foundation.Tests.dll fuzz TARGET ROUND 1</c> repeats it.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long HeapLimit = 512L << 20;
    private static readonly long Rounds = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1" ? 20_000_000 : 200_000;

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory, MemberData(nameof(Targets))]
    public async Task OnlyFormatErrorsEscapeAndMemoryIsBounded(string target)
    {
        using var folder = new TemporaryFolder();
        var progress = folder["round"];
        File.WriteAllBytes(progress, new byte[8]);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit.ToString("X", CultureInfo.InvariantCulture);
        foreach (var argument in (string[])["exec", typeof(FuzzTests).Assembly.Location, "fuzz", target, "0", Rounds.ToString(CultureInfo.InvariantCulture), progress])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10) * Math.Max(1, Rounds / 2_000_000));
        var hangs = false;
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            hangs = true;
            process.Kill();
            await process.WaitForExitAsync();
        }
        var reason = hangs ? "it hangs" : await errors;
        Assert.True(!hangs && process.ExitCode == 0, $"{target}, round {BitConverter.ToInt64(await File.ReadAllBytesAsync(progress))}: {reason}");
        var counts = (await said).Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        output.WriteLine($"{target}: {counts[0]} accepted, {counts[1]} refused");
        Assert.True(counts[0] > Rounds / 50, "the mutations are too wild to test what lies deep");
        Assert.True(counts[1] > Rounds / 4, "the mutations are too tame");
        Assert.InRange(counts[2], 1, HeapLimit);
    }
}
