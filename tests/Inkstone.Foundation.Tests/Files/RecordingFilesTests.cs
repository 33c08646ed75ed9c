using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Randomness;
using Inkstone.TestKit;

namespace Inkstone.Foundation.Tests.Files;

public class RecordingFilesTests
{
    private static readonly Rng Seed = Rng.From(7);
    private static readonly byte[] Old = Pattern(9_000, 3);
    private static readonly byte[] New = Pattern(21_000, 5);

    private static byte[] Pattern(int length, int factor) => Enumerable.Range(0, length).Select(i => (byte)((i * factor) + (i >> 8) + 1)).ToArray();

    /// <summary>A disk that durably holds run/state = Old.</summary>
    private static RecordingFiles DiskWithOld()
    {
        var disk = new RecordingFiles();
        disk.CreateFolder("run");
        disk.FlushFolder("");
        disk.WriteAtomically("run/state", Old);
        return disk.StatesNow(Seed).Single().Restart();
    }

    private static byte[]? State(CrashState state) => state.Files.GetValueOrDefault("run/state");

    [Fact]
    public void AtomicWritingLeavesOldOrNewAfterEveryCrash()
    {
        var disk = DiskWithOld();
        disk.WriteAtomically("run/state", New);
        var states = disk.CrashStates(Seed, randomStates: 20).ToList();
        Assert.InRange(states.Count, 20, 200);
        Assert.All(states, state => Assert.True(State(state)!.SequenceEqual(Old) || State(state)!.SequenceEqual(New), state.Description));
        Assert.Contains(states, state => State(state)!.SequenceEqual(Old));
        Assert.All(disk.StatesNow(Seed), state => Assert.Equal(New, State(state)));
    }

    /// <summary>Each broken protocol must be caught, or the crash tests prove nothing.</summary>
    public static TheoryData<string, Action<IDurableFiles>> BrokenProtocols => new()
    {
        { "written in place", disk => disk.WriteFlushed("run/state", New) },
        {
            "renamed before the bytes were flushed", disk =>
            {
                using (var file = disk.Create("run/state.tmp"))
                    file.Write(New);
                disk.Rename("run/state.tmp", "run/state");
                disk.FlushFolder("run");
            }
        },
        {
            "deleted before the rename", disk =>
            {
                disk.WriteFlushed("run/state.tmp", New);
                disk.DeleteFile("run/state");
                disk.Rename("run/state.tmp", "run/state");
                disk.FlushFolder("run");
            }
        },
        {
            "folder not flushed at the end", disk =>
            {
                disk.WriteFlushed("run/state.tmp", New);
                disk.Rename("run/state.tmp", "run/state");
            }
        },
        {
            "flushed too early", disk =>
            {
                using (var file = disk.Create("run/state.tmp"))
                {
                    file.Write(New.AsSpan(0, 10_000));
                    file.FlushToDisk();
                    file.Write(New.AsSpan(10_000));
                }
                disk.Rename("run/state.tmp", "run/state");
                disk.FlushFolder("run");
            }
        },
    };

    [Theory]
    [MemberData(nameof(BrokenProtocols))]
    public void BrokenProtocolsAreCaught(string kind, Action<IDurableFiles> save)
    {
        var disk = DiskWithOld();
        save(disk);
        var sound = disk.CrashStates(Seed).All(state => State(state) is { } bytes && (bytes.SequenceEqual(Old) || bytes.SequenceEqual(New)))
            && disk.StatesNow(Seed).All(state => State(state)!.SequenceEqual(New));
        Assert.False(sound, kind);
    }

    [Theory]
    [InlineData(FaultKind.NoSpace, false)]
    [InlineData(FaultKind.NoSpace, true)]
    [InlineData(FaultKind.InputOutput, false)]
    [InlineData(FaultKind.InputOutput, true)]
    [InlineData(FaultKind.ShortWrite, false)]
    public void AFailedWriteLosesNothing(FaultKind kind, bool lasting)
    {
        var rehearsal = DiskWithOld();
        rehearsal.WriteAtomically("run/state", New);
        Assert.True(rehearsal.Attempts > 5);
        for (var k = 0; k < rehearsal.Attempts; k++)
        {
            var disk = DiskWithOld();
            disk.FailAt(k, kind, lasting);
            var error = Assert.Throws<InkstoneResourceException>(() => disk.WriteAtomically("run/state", New));
            Assert.Equal(5, error.ExitCode);
            Assert.All(disk.StatesNow(Seed), state => Assert.True(State(state)!.SequenceEqual(Old) || State(state)!.SequenceEqual(New), $"{k}: {state.Description}"));
            if (!(lasting && kind == FaultKind.InputOutput))
                Assert.DoesNotContain("state.tmp", disk.FileNames("run"));
        }
    }

    [Fact]
    public void TornBytesEndAtABlock()
    {
        var disk = new RecordingFiles();
        using (var file = disk.Create("f"))
            file.Write(New);
        var lengths = disk.StatesNow(Seed, randomStates: 0).Where(state => state.Files.ContainsKey("f")).Select(state => state.Files["f"].Length).Order();
        Assert.Equal([0, 8192, 10240, 21_000], lengths);
    }

    [Fact]
    public void AFolderRenamedIntoPlaceIsWholeOrAbsent()
    {
        var disk = new RecordingFiles();
        disk.CreateFolder("run");
        disk.FlushFolder("");
        disk.CreateFolder("run/step-5.tmp");
        disk.WriteFlushed("run/step-5.tmp/a", Old);
        disk.WriteFlushed("run/step-5.tmp/b", New);
        disk.FlushFolder("run/step-5.tmp");
        disk.Rename("run/step-5.tmp", "run/step-5");
        disk.FlushFolder("run");
        foreach (var state in disk.CrashStates(Seed))
        {
            if (!state.Folders.Contains("run/step-5"))
                continue;
            Assert.Equal(Old, state.Files["run/step-5/a"]);
            Assert.Equal(New, state.Files["run/step-5/b"]);
        }
        Assert.Equal(["run/step-5"], disk.StatesNow(Seed).Single().Folders.Except(["run"]));
    }

    [Fact]
    public void DeletingAFolderIsNotAtomic()
    {
        var disk = new RecordingFiles();
        disk.CreateFolder("a/b");
        disk.WriteFlushed("a/b/x", Old);
        disk.WriteFlushed("a/y", Old);
        disk.DeleteFolder("a");
        Assert.Equal(["Remove a/b/x", "Remove a/b", "Remove a/y", "Remove a"], disk.Operations.TakeLast(4).Select(operation => operation.ToString()));
        Assert.False(disk.FolderExists("a"));
    }

    [Fact]
    public void AStateGoesToARealFolderAndComesBack()
    {
        using var folder = new TemporaryFolder();
        var disk = DiskWithOld();
        disk.CreateFolder("run/empty");
        disk.Seen().WriteTo(folder.Path);
        Assert.Equal(Old, File.ReadAllBytes(folder["run/state"]));
        Assert.True(Directory.Exists(folder["run/empty"]));
    }

    /// <summary>The model and the real disk do the same: random operations, the same errors, the same tree.</summary>
    [Fact]
    public void BehavesAsTheRealDisk()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            using var folder = new TemporaryFolder();
            var random = TestRandom.Seeded(seed);
            var model = new RecordingFiles(bufferSize: 16);
            for (var step = 0; step < 60; step++)
            {
                var (first, second, choice) = (Name(random), Name(random), random.NextInt(7));
                var real = Outcome(DurableFiles.Instance, folder.Path, choice, first, second, step);
                var modelled = Outcome(model, "", choice, first, second, step);
                Assert.True(real == modelled, $"seed {seed}, step {step}, choice {choice} on {first} and {second}: {real} on the disk, {modelled} in the model");
            }
            Assert.Equal(Tree(DurableFiles.Instance, folder.Path), Tree(model, ""));
        }

        static string Name(RngCursor random) => string.Join('/', Enumerable.Range(0, 1 + random.NextInt(3)).Select(_ => "abc"[random.NextInt(3)].ToString()));
    }

    private static string Outcome(IDurableFiles files, string root, int choice, string first, string second, int step)
    {
        var (a, b) = (Path.Combine(root, first), Path.Combine(root, second));
        if (choice == 0 && (second + "/").StartsWith(first + "/", StringComparison.Ordinal))
            return "a folder into itself: systems differ in their words";
        try
        {
            switch (choice)
            {
                case 0:
                    files.Rename(a, b);
                    break;
                case 1:
                    files.DeleteFile(a);
                    break;
                case 2:
                    files.CreateFolder(a);
                    break;
                case 3:
                    files.DeleteFolder(a);
                    break;
                case 4:
                    using (var file = files.Append(a))
                        file.Write(Encoding.UTF8.GetBytes($"{step} and more of it\n"));
                    break;
                default:
                    files.WriteFlushed(a, Encoding.UTF8.GetBytes($"{step}\n"));
                    break;
            }
            return "done";
        }
        catch (InkstoneException error)
        {
            return choice == 0 ? "refused" : $"exit code {error.ExitCode}"; // systems differ in how they refuse a rename
        }
    }

    private static string Tree(IDurableFiles files, string folder)
    {
        var text = new StringBuilder();
        foreach (var name in files.FileNames(folder))
        {
            using var reader = new StreamReader(files.OpenRead(Path.Combine(folder, name)));
            text.AppendLine($"{name}: {reader.ReadToEnd()}");
        }
        foreach (var name in files.FolderNames(folder))
            text.AppendLine($"{name}/ {Tree(files, Path.Combine(folder, name))}");
        return text.ToString();
    }
}
