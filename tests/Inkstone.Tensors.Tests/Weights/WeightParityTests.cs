using System.Runtime.InteropServices;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Tensors.Tests;

/// <summary>The stored fixture beside live ggml. With INKSTONE_UPDATE_FIXTURES=1 the fixture is written anew.</summary>
public sealed class WeightParityTests(ITestOutputHelper output)
{
    [LlamaFact]
    public void StoredFixtureIsWhatLiveGgmlGives()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-weights-").FullName;
        try
        {
            foreach (var format in WeightFormats.All)
            {
                File.WriteAllBytes(Path.Combine(folder, format.Name() + ".sweep"), WeightSamples.Sweep(format));
                File.WriteAllBytes(Path.Combine(folder, format.Name() + ".random"), WeightSamples.Random(format));
            }
            foreach (var kind in WeightSamples.Kinds)
                WriteSingles(Path.Combine(folder, kind + ".rows"), WeightSamples.RowsOf(kind));
            WriteSingles(Path.Combine(folder, "importance"), WeightSamples.Importance());
            var live = RunOracle(folder);
            if (Environment.GetEnvironmentVariable("INKSTONE_UPDATE_FIXTURES") == "1")
                File.WriteAllText(Path.Combine(OracleScript.Root, "tests", "Inkstone.Tensors.Tests", "Fixtures", "weight-formats.json"), live);
            Compare(WeightFixture.Parse(live));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Compare(Dictionary<string, WeightFixture> live)
    {
        var importance = WeightSamples.Importance();
        var bad = 0;
        foreach (var format in WeightFormats.All)
        {
            var (name, theirs) = (format.Name(), live[format.Name()]);
            var sweep = WeightSamples.Digest(format, WeightSamples.Sweep(format)) == theirs.Sweep;
            var random = WeightSamples.Digest(format, WeightSamples.Random(format)) == theirs.Random;
            bad += (sweep ? 0 : 1) + (random ? 0 : 1);
            output.WriteLine($"{name}: all scales {(sweep ? "equal" : "DIFFER")}, random blocks {(random ? "equal" : "DIFFER")}");
            foreach (var (kind, errors) in theirs.Errors)
            {
                var ours = WeightSamples.Errors(format, WeightSamples.RowsOf(kind), importance);
                output.WriteLine($"  {kind,-9} {Ratio(ours[0], errors[0])} {Ratio(ours[1], errors[1])} ({Ratio(ours[2], errors[2])})");
                bad += ours.Zip(errors).All(pair => pair.First <= 1.02 * pair.Second) ? 0 : 1;
            }
            if (WeightFixture.All.TryGetValue(name, out var stored))
                bad += stored.Sweep == theirs.Sweep && stored.Random == theirs.Random && stored.Errors.Keys.SequenceEqual(theirs.Errors.Keys) ? 0 : 1;
        }
        Assert.Equal(0, bad);
    }

    private static string Ratio(double ours, double theirs) => ours == theirs ? "1" : FormattableString.Invariant($"{ours / theirs:0.0000}");

    private static void WriteSingles(string path, float[] values) => File.WriteAllBytes(path, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>The script needs python3 with numpy; INKSTONE_PYTHON names one that is not the first on the path.</summary>
    private static string RunOracle(string folder) =>
        OracleScript.Run(Environment.GetEnvironmentVariable("INKSTONE_PYTHON") ?? "python3", "weight-formats.py", folder, $"{WeightSamples.Columns}");
}
