using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.TestKit;

namespace Inkstone.Training.Tests;

public sealed class RunFolderTests
{
    [Fact]
    public void A_run_is_created_filled_and_opened_again()
    {
        var disk = new RecordingFiles();
        using (var run = RunFolder.Create("out/run", json => OptionsJson.Write(json, new TrainingOptions { Steps = 5 }), disk))
        {
            for (var step = 1; step <= 5; step++)
                run.WriteMetrics(Line(step));
            run.FlushMetrics();
            run.WriteSample(5, "some text");
        }
        Assert.Equal("some text", Text(disk, "out/run/samples/step-00000005.txt"));
        using var again = RunFolder.Open("out/run", disk);
        Assert.Equal(5, OptionsJson.Read<TrainingOptions>(again.ReadOptions().AsObject()).Steps);
        Assert.Equal(5, Steps(disk).Count());
        Assert.Contains("\"loss\":0.5,", Text(disk, "out/run/metrics.jsonl"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, new[] { 1, 2, 3 })]
    [InlineData(0, new int[0])]
    [InlineData(99, new[] { 1, 2, 3, 4, 5 })]
    public void Metrics_are_cut_back_to_the_checkpoint_and_go_on(int at, int[] kept)
    {
        var disk = DiskWithFive();
        using var run = RunFolder.Open("out/run", disk);
        run.CutMetrics(at);
        Assert.Equal(kept, Steps(disk));
        run.WriteMetrics(Line(at + 1));
        Assert.Equal([.. kept, at + 1], Steps(disk));
    }

    [Fact]
    public void A_torn_line_goes()
    {
        var disk = DiskWithFive();
        using (var stream = disk.Append("out/run/metrics.jsonl"))
            stream.Write("{\"step\":6,\"lo"u8);
        using var run = RunFolder.Open("out/run", disk);
        run.CutMetrics(99);
        Assert.Equal([1, 2, 3, 4, 5], Steps(disk));
    }

    [Fact]
    public void Flushed_metrics_survive_every_crash()
    {
        var disk = DiskWithFive();
        foreach (var state in disk.StatesNow(Rng.From(1)))
        {
            var restarted = state.Restart();
            using var run = RunFolder.Open("out/run", restarted);
            run.CutMetrics(5);
            Assert.Equal([1, 2, 3, 4, 5], Steps(restarted));
        }
    }

    [Fact]
    public void Losses_that_are_no_numbers_are_null()
    {
        var disk = new RecordingFiles();
        using (var run = RunFolder.Create("out/run", json => json.WriteNullValue(), disk))
            run.WriteMetrics(Line(1) with { Loss = double.NaN, GradientNorm = double.PositiveInfinity, Skipped = true });
        Assert.Contains("\"loss\":null", Text(disk, "out/run/metrics.jsonl"), StringComparison.Ordinal);
        Assert.Contains("\"skipped\":true", Text(disk, "out/run/metrics.jsonl"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_use_is_refused()
    {
        var disk = DiskWithFive();
        Assert.Contains("Resume", Refused("out/run"), StringComparison.Ordinal);
        Assert.Contains("something else", Refused("out"), StringComparison.Ordinal);
        Assert.Contains("file", Refused("out/run/run.json"), StringComparison.Ordinal);
        Assert.Equal(3, Assert.Throws<InkstoneNotFoundException>(() => RunFolder.Open("out", disk)).ExitCode);
        Assert.Throws<InkstoneNotFoundException>(() => RunFolder.Open("nowhere", disk));

        string Refused(string path) => Assert.Throws<InkstoneRequestException>(() => RunFolder.Create(path, json => json.WriteNullValue(), disk)).Message;
    }

    private static RecordingFiles DiskWithFive()
    {
        var disk = new RecordingFiles();
        using var run = RunFolder.Create("out/run", json => json.WriteNullValue(), disk);
        for (var step = 1; step <= 5; step++)
            run.WriteMetrics(Line(step));
        run.FlushMetrics();
        disk.FlushFolder("out");
        disk.FlushFolder("/");
        return disk;
    }

    private static TrainingStep Line(int step) => new(step, 0.5, 1e-3, 1, 32, 100, 0.25, 1e6);

    private static IEnumerable<int> Steps(RecordingFiles disk) => Text(disk, "out/run/metrics.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32());

    private static string Text(RecordingFiles disk, string path)
    {
        using var reader = new StreamReader(disk.OpenRead(path), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
