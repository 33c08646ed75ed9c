namespace Inkstone.Cli.Tests;

/// <summary>An output disk that is read-only or full: the exit code of no space, what was saved stays, and the run goes on to the same bits when there is room.</summary>
public sealed class DiskTests(TinyTraining training) : IClassFixture<TinyTraining>
{
    [MountFact]
    public void AFullDiskCostsNothingThatWasSaved()
    {
        Assert.Equal(0, Tool.Run("pretrain", "--config", training.Config("whole", 40)).Exit);
        using var disk = new SmallDisk(kilobytes: 60);
        var run = Path.Combine(disk.Root, "run");
        var first = Tool.Run("pretrain", "--config", training.Config("any", 40), "--output", run);
        Assert.Equal(5, first.Exit);
        Assert.Contains("no space is left", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", first.Error, StringComparison.Ordinal);

        // with a checkpoint saved, and then no room for the next
        disk.Remount("size=64m");
        if (Directory.Exists(run))
            Directory.Delete(run, recursive: true);
        using (var stopping = Tool.Start("pretrain", "--config", training.Config("any", 200_000), "--output", run))
        {
            stopping.WaitFor("step 1/");
            stopping.Signal("INT");
            Assert.Equal(130, stopping.WaitForExit());
        }
        var saved = training.Weights(run);
        File.WriteAllBytes(Path.Combine(disk.Root, "ballast"), new byte[Room(disk.Root)]);
        var full = Tool.Run("resume", run, "--no-chat");
        Assert.Equal(5, full.Exit);
        Assert.Contains("no space is left", full.Error, StringComparison.Ordinal);
        Assert.Contains($"is kept: go on from it with inkstone resume {run}", full.Output, StringComparison.Ordinal);
        Assert.Equal(saved, training.Weights(run));
        File.Delete(Path.Combine(disk.Root, "ballast"));
        Assert.Equal(0, Tool.Run("generate", run, "-p", "The", "--max-tokens", "2").Exit);
    }

    [MountFact]
    public void AReadOnlyDiskIsSaidToBeOne()
    {
        using var disk = new SmallDisk(kilobytes: 64);
        disk.Remount("ro");
        foreach (var arguments in (string[][])
        [
            ["pretrain", "--config", training.Config("any", 4), "--output", Path.Combine(disk.Root, "run")],
            ["tokenizer", "train", training.In("text"), "--vocabulary", "290", "--output", Path.Combine(disk.Root, "tokenizer.json")],
        ])
        {
            var (exit, output, error) = Tool.Run(arguments);
            Assert.True(exit == 5, output + error);
            Assert.Contains("read-only", error, StringComparison.Ordinal);
            Assert.DoesNotContain("training", output, StringComparison.Ordinal); // it is said before any work is done
        }
    }

    private static long Room(string path) => new DriveInfo(path).AvailableFreeSpace;
}
