using Inkstone.Foundation.Errors;
using Inkstone.Training;

namespace Inkstone.Recipes.Tests;

/// <summary>A checkpoint truncated or edited at any byte of any of its files is never used: the file is named and the checkpoint before is offered.</summary>
public sealed class CheckpointDamageTests(CheckpointDamageTests.Fixture fixture) : IClassFixture<CheckpointDamageTests.Fixture>
{
    private static readonly bool Heavy = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1";

    public static TheoryData<string> FileNames => ["model.safetensors", "config.json", "tokenizer.json", "optimizer.safetensors", "state.json", "COMMIT.json"];

    [Theory]
    [MemberData(nameof(FileNames))]
    public void AnyByte(string name)
    {
        var path = Path.Combine(fixture.Newest, name);
        var whole = File.ReadAllBytes(path);
        // every byte of the small files; of the large ones some hundreds, all of them in the heavy run
        var stride = Heavy || whole.Length < 1_500 ? 1 : whole.Length / 400;
        try
        {
            for (var at = 0; at < whole.Length; at += stride)
            {
                var edited = (byte[])whole.Clone();
                edited[at] ^= (byte)(1 << (at % 8));
                File.WriteAllBytes(path, edited);
                AssertNotUsed(name, path, $"byte {at} edited");
                File.WriteAllBytes(path, whole[..at]);
                AssertNotUsed(name, path, $"cut after {at} bytes");
            }
            File.WriteAllBytes(path, [.. whole, 0]);
            AssertNotUsed(name, path, "a byte more");
            File.Delete(path);
            AssertNotUsed(name, path, "deleted");
        }
        finally
        {
            File.WriteAllBytes(path, whole);
        }
        Assert.Equal(fixture.Newest, RunDirectory.NewestCheckpoint(fixture.Run));
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void ResumeAndGenerateRefuse(string name)
    {
        var path = Path.Combine(fixture.Newest, name);
        var whole = File.ReadAllBytes(path);
        try
        {
            File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
            var error = Assert.Throws<InkstoneFormatException>(() => ModelSession.Open(fixture.Newest));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            var before = File.ReadAllBytes(Path.Combine(fixture.Older, "model.safetensors"));
            if (name == "COMMIT.json")
                return; // the whole run goes on from the checkpoint before: see below
            error = Assert.Throws<InkstoneFormatException>(() => ResumeRecipe.Run(fixture.Run));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains("--checkpoint step-00000003", error.Message, StringComparison.Ordinal);
            Assert.Contains(fixture.Older, error.Message, StringComparison.Ordinal);
            Assert.Throws<InkstoneFormatException>(() => ModelSession.Open(fixture.Run));
            Assert.Equal(before, File.ReadAllBytes(Path.Combine(fixture.Older, "model.safetensors")));
        }
        finally
        {
            File.WriteAllBytes(path, whole);
        }
    }

    [Theory]
    [InlineData("model.safetensors", "step-00000003")]
    [InlineData("COMMIT.json", null)]
    public async Task TheCheckpointBeforeGoesOnToTheSameBits(string damaged, string? named)
    {
        using var runs = new SmallRuns();
        var whole = PretrainRecipe.Run(runs.Options("whole", 12));
        var run = runs.Stopped("run");
        File.WriteAllText(Path.Combine(run, "checkpoints", "step-00000006", damaged), "damaged");
        var notes = new Notes();
        await using (var opened = ModelSession.Open(Path.Combine(run, "checkpoints", "step-00000003")))
            Assert.Equal(300, opened.Tokenizer.VocabularySize);
        var resumed = ResumeRecipe.Run(run, named, notes);
        Assert.Contains("going on from step 3", notes.All);
        if (named is null)
            Assert.Contains(notes.All, note => note.Contains("passed over step-00000006", StringComparison.Ordinal));
        Assert.Equal(12, resumed.Steps);
        Assert.Equal(12, File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count());
        Assert.Equal(Weights(whole), Weights(resumed));
        Assert.True(resumed.TrainingGflops > 0);
    }

    [Theory]
    [InlineData(ScheduleKind.Cosine)]
    [InlineData(ScheduleKind.WarmupStableDecay)]
    public void ARunStoppedNearItsEndGoesOnToTheSameBits(ScheduleKind schedule)
    {
        using var runs = new SmallRuns();
        PretrainOptions Options(string name) => runs.Options(name, 12) with { Training = new() { Steps = 12, BatchRows = 64, Schedule = schedule } };
        var whole = PretrainRecipe.Run(Options("whole"));
        using var stop = new CancellationTokenSource();
        PretrainRecipe.Run(Options("run"), new StopsAt(11, stop), null, stop.Token);
        Assert.Equal(Weights(whole), Weights(ResumeRecipe.Run(runs.In("run"))));
        Assert.Equal(schedule == ScheduleKind.WarmupStableDecay, File.ReadAllText(runs.In("run", "loss.svg")).Contains("decay begins", StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutAWholeCheckpointNothingIsBegunAnew()
    {
        using var runs = new SmallRuns();
        var run = runs.Stopped("run");
        foreach (var folder in Directory.GetDirectories(Path.Combine(run, "checkpoints")))
            File.Delete(Path.Combine(folder, "COMMIT.json"));
        var error = Assert.Throws<InkstoneFormatException>(() => ResumeRecipe.Run(run));
        Assert.Contains("no checkpoint of the run is whole", error.Message, StringComparison.Ordinal);
        Assert.Throws<InkstoneFormatException>(() => ModelSession.Open(run));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(run, "checkpoints")).Length);
    }

    [Fact]
    public void ACheckpointThatIsNotThereIsNotFound() => Assert.Equal(3, Assert.Throws<InkstoneNotFoundException>(() => ResumeRecipe.Run(fixture.Run, "step-00000005")).ExitCode);

    [Theory]
    [InlineData("run.json")]
    [InlineData("tokenizer.json")]
    public void TheRunsOwnFilesAreCheckedToo(string name)
    {
        var path = Path.Combine(fixture.Run, name);
        var whole = File.ReadAllBytes(path);
        try
        {
            foreach (var damaged in (byte[][])[[], whole[..^2], [.. whole, (byte)'x'], [(byte)'['], .. name == "run.json" ? (byte[][])[] : [Edited(whole)]])
            {
                File.WriteAllBytes(path, damaged);
                var error = Assert.ThrowsAny<InkstoneException>(() => ResumeRecipe.Run(fixture.Run));
                Assert.True(error.ExitCode == 4, error.Message);
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.WriteAllBytes(path, whole);
        }

        static byte[] Edited(byte[] json)
        {
            var copy = (byte[])json.Clone();
            var at = copy.AsSpan().LastIndexOf((byte)'e');
            copy[at] = (byte)'f';
            return copy;
        }
    }

    private void AssertNotUsed(string name, string path, string damage)
    {
        if (name == "COMMIT.json")
        {
            // without a valid commit record it is no checkpoint: the one before is taken, and this one is named
            var notes = new Notes();
            Assert.True(RunDirectory.NewestCheckpoint(fixture.Run, notes) == fixture.Older, damage);
            Assert.True(notes.All.Single().StartsWith("passed over step-00000006", StringComparison.Ordinal), damage);
            return;
        }
        var error = Assert.Throws<InkstoneFormatException>(() => RunDirectory.NewestCheckpoint(fixture.Run));
        Assert.True(error.Where == path && error.Fix!.Contains("step-00000003", StringComparison.Ordinal), damage);
    }

    private static byte[] Weights(RunOutcome outcome) => File.ReadAllBytes(Path.Combine(RunDirectory.NewestCheckpoint(outcome.Folder), "model.safetensors"));

    /// <summary>A run with two checkpoints.</summary>
    public sealed class Fixture : IDisposable
    {
        private readonly SmallRuns _runs = new();

        public Fixture() => Run = _runs.Stopped("run");

        public string Run { get; }

        public string Newest => Path.Combine(Run, "checkpoints", "step-00000006");

        public string Older => Path.Combine(Run, "checkpoints", "step-00000003");

        public void Dispose() => _runs.Dispose();
    }
}
