using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.TestKit;

namespace Inkstone.Training.Tests;

/// <summary>Crashes at every file operation, failures of every one, and damage to every file.</summary>
public sealed class CheckpointCrashTests
{
    private const string Folder = "run/checkpoints";
    private static readonly bool Heavy = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1";

    [Fact]
    public void After_a_crash_at_any_operation_the_newest_checkpoint_is_whole_and_the_run_goes_on_bit_for_bit()
    {
        var known = new Dictionary<string, string>();
        var trainer = TinyRun.NewTrainer();
        TinyRun.Advance(trainer, 2);
        var disk = new RecordingFiles(bufferSize: Heavy ? 16 : 512);
        TinyRun.Store(Folder, disk).Save(trainer);
        var states = 0;
        // with two kept, the third and fourth save delete an old one too
        for (var (before, after) = (2L, 4L); after <= 8; (before, after) = (after, after + 2))
        {
            disk = new RecordingFiles(disk.Seen(), bufferSize: Heavy ? 16 : 512);
            TinyRun.Advance(trainer, after);
            TinyRun.Store(Folder, disk).Save(trainer);
            foreach (var state in disk.CrashStates(Rng.From(after), Heavy ? 256 : 4))
            {
                states++;
                var newest = TinyRun.Store(Folder, state.Restart()).FindNewest();
                Assert.True(newest is not null && (newest.Step == before || newest.Step == after), $"{state}: {newest?.Name ?? "nothing"}");
                CheckLatest(state);
                Assert.True(TinyRun.Expected == TinyRun.Finish(state, Folder, known), state.Description);
            }
            foreach (var state in disk.StatesNow(Rng.From(after)))
                Assert.Equal(after, TinyRun.Store(Folder, state.Restart()).FindNewest()?.Step);
        }
        Assert.True(states > (Heavy ? 10_000 : 200), $"{states} states");
        Assert.Equal(4, known.Count);
    }

    [Theory]
    [InlineData(FaultKind.NoSpace, false)]
    [InlineData(FaultKind.NoSpace, true)]
    [InlineData(FaultKind.InputOutput, false)]
    [InlineData(FaultKind.InputOutput, true)]
    [InlineData(FaultKind.ShortWrite, false)]
    public void When_any_operation_fails_the_old_checkpoints_and_the_run_are_intact(FaultKind kind, bool lasting)
    {
        var trainer = TinyRun.NewTrainer();
        var disk = new RecordingFiles();
        foreach (var step in new[] { 2, 4 })
        {
            TinyRun.Advance(trainer, step);
            TinyRun.Store(Folder, disk).Save(trainer);
        }
        var start = disk.Seen();
        TinyRun.Advance(trainer, 6);
        var digest = TinyRun.Digest(trainer);
        var failed = 0;
        for (var attempt = 0; ; attempt++)
        {
            disk = new RecordingFiles(start);
            disk.FailAt(attempt, kind, lasting);
            try
            {
                TinyRun.Store(Folder, disk).Save(trainer);
            }
            catch (InkstoneResourceException error)
            {
                failed++;
                Assert.Equal(5, error.ExitCode);
            }
            var reached = disk.Attempts > attempt;
            Assert.Equal(digest, TinyRun.Digest(trainer));
            foreach (var state in disk.StatesNow(Rng.From(attempt), 2))
                Assert.True(TinyRun.Store(Folder, state.Restart()).FindNewest()?.Step is 4 or 6, $"attempt {attempt}: {state}");

            disk.FailAt(int.MaxValue, kind); // the disk works again
            var store = TinyRun.Store(Folder, disk);
            store.Save(trainer);
            Assert.Equal(["step-00000006", "step-00000004"], store.List().Select(checkpoint => checkpoint.Name));
            Assert.All(disk.FolderNames(Folder), name => Assert.DoesNotContain("tmp", name, StringComparison.Ordinal));
            if (!reached)
                break;
        }
        Assert.True(failed > 20, $"{failed} failures");
    }

    [Fact]
    public void Any_changed_or_missing_byte_is_found()
    {
        var trainer = TinyRun.NewTrainer();
        var disk = new RecordingFiles();
        foreach (var step in new[] { 2, 4 })
        {
            TinyRun.Advance(trainer, step);
            TinyRun.Store(Folder, disk).Save(trainer);
        }
        var rng = Rng.From(1).Cursor();
        var newest = $"{Folder}/step-00000004/";
        foreach (var path in disk.Seen().Files.Keys.Where(path => path.StartsWith(newest, StringComparison.Ordinal)))
        {
            var content = disk.Seen().Files[path];
            for (var i = 0; i < (Heavy ? 4_000 : 60); i++)
            {
                var at = i == 0 ? 0 : i == 1 ? content.Length - 1 : rng.NextInt(content.Length);
                var flipped = content.ToArray();
                flipped[at] ^= (byte)(1 << rng.NextInt(8));
                CheckDamage(disk, path, flipped, string.Create(CultureInfo.InvariantCulture, $"{path}: bit flipped at {at}"));
                CheckDamage(disk, path, content[..at], string.Create(CultureInfo.InvariantCulture, $"{path}: cut to {at} bytes"));
            }
            CheckDamage(disk, path, [.. content, 0], $"{path}: a byte too long");
            CheckDamage(disk, path, null, $"{path}: missing");
        }
    }

    private static void CheckDamage(RecordingFiles disk, string path, byte[]? content, string what)
    {
        var damaged = new RecordingFiles(disk.Seen());
        damaged.DeleteFile(path);
        if (content is not null)
        {
            using var stream = damaged.Create(path);
            stream.Write(content);
        }
        var store = TinyRun.Store(Folder, damaged);
        if (path.EndsWith(CheckpointCommit.FileName, StringComparison.Ordinal))
        {
            Assert.True(store.FindNewest()?.Step == 2, what);
            Assert.NotNull(store.List()[0].Fault);
            return;
        }
        var error = Assert.Throws<InkstoneFormatException>(store.FindNewest);
        Assert.Equal(4, error.ExitCode);
        Assert.True(error.Where == path, what);
        Assert.True(error.Fix?.Contains("step-00000002", StringComparison.Ordinal), what);
    }

    private static void CheckLatest(CrashState state)
    {
        if (!state.Files.TryGetValue($"{Folder}/latest", out var latest))
            return;
        var name = System.Text.Encoding.UTF8.GetString(latest).TrimEnd('\n');
        var store = TinyRun.Store(Folder, state.Restart());
        Assert.True(store.List().Any(checkpoint => checkpoint.Name == name && checkpoint.Commit is not null), $"{state}: latest names {name}");
    }
}
