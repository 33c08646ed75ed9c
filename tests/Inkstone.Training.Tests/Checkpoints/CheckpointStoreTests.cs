using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Training.Tests;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_split_of_a_run_ends_with_the_same_bits()
    {
        for (var at = 0; at <= 18; at += 3)
        {
            var folder = Path.Combine(_folder.Path, $"at{at}");
            var first = TinyRun.NewTrainer();
            TinyRun.Advance(first, at);
            TinyRun.Store(folder).Save(first);
            Assert.Equal(TinyRun.Expected, TinyRun.Finish(folder));
        }
    }

    [Fact]
    public void Saving_changes_nothing_of_the_run()
    {
        var trainer = TinyRun.NewTrainer();
        var store = TinyRun.Store(_folder.Path);
        for (var at = 2; at <= 18; at += 2)
        {
            TinyRun.Advance(trainer, at);
            store.Save(trainer);
            store.Save(trainer); // the same again is no error
        }
        Assert.Equal(TinyRun.Expected, TinyRun.Digest(trainer));
        Assert.Equal(["step-00000018", "step-00000016"], store.List().Select(checkpoint => checkpoint.Name));
        Assert.Equal("step-00000018\n", File.ReadAllText(Path.Combine(_folder.Path, "latest")));
        Assert.Equal(["step-00000016", "step-00000018"], Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_checkpoint_is_a_model_folder()
    {
        var trainer = TinyRun.NewTrainer();
        TinyRun.Advance(trainer, 3);
        var folder = TinyRun.Store(_folder.Path).Save(trainer);
        Assert.Equal(Samples.Digest(trainer.Model), Samples.Digest(ModelFolder.Load(folder)));
        Assert.Equal(["COMMIT.json", "config.json", "model.safetensors", "optimizer.safetensors", "state.json", "tokenizer.json"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_checkpoint_leaves_the_trainer_as_it_was()
    {
        var trainer = TinyRun.NewTrainer();
        var before = TinyRun.Digest(trainer);
        Assert.Null(TinyRun.Store(Path.Combine(_folder.Path, "none")).Restore(trainer));
        Assert.Equal(before, TinyRun.Digest(trainer));
    }

    [Fact]
    public void Folders_without_a_valid_commit_are_named_and_passed_over()
    {
        SaveAt(4, 6, 8);
        File.Delete(At(8, "COMMIT.json"));
        File.AppendAllText(At(6, "COMMIT.json"), " ");
        SaveLater(4);
        var trainer = TinyRun.NewTrainer();
        var restored = TinyRun.Store(_folder.Path, keep: 9).Restore(trainer)!;
        Assert.Equal(4, restored.Step);
        Assert.Equal(["step-00000008", "step-00000006"], restored.PassedOver.Select(passed => passed.Name));
        Assert.All(restored.PassedOver, passed => Assert.NotNull(passed.Fault));
        TinyRun.Advance(trainer, 18);
        Assert.Equal(TinyRun.Expected, TinyRun.Digest(trainer));
    }

    [Fact]
    public void A_broken_folder_of_the_same_step_is_replaced()
    {
        SaveAt(4, 6);
        File.WriteAllText(At(6, "state.json"), "{}");
        var trainer = TinyRun.NewTrainer();
        var store = TinyRun.Store(_folder.Path, keep: 9);
        store.Restore(trainer, "step-00000004");
        Assert.Equal(["step-00000004"], store.List().Select(checkpoint => checkpoint.Name));
        Assert.True(Directory.Exists(Path.Combine(_folder.Path, "step-00000006.aside")));
        TinyRun.Advance(trainer, 6);
        store.Save(trainer);
        File.WriteAllText(At(6, "optimizer.safetensors"), "");
        store.Save(trainer);
        Assert.Equal(TinyRun.Expected, TinyRun.Finish(_folder.Path));
    }

    [Fact]
    public void Another_run_s_checkpoint_is_not_overwritten()
    {
        SaveAt(4);
        var other = TinyRun.NewTrainer(options => options with { Seed = 12 });
        TinyRun.Advance(other, 4);
        Assert.Throws<InkstoneRequestException>(() => TinyRun.Store(_folder.Path).Save(other));
        Assert.Equal(TinyRun.Expected, TinyRun.Finish(_folder.Path));
        Assert.Empty(Directory.GetDirectories(_folder.Path, "*.tmp"));
    }

    public static TheoryData<string, Func<TrainingOptions, TrainingOptions>> OtherRuns => new()
    {
        { "seed", options => options with { Seed = 12 } },
        { "rows a batch", options => options with { BatchRows = 33 } },
        { "batches a step", options => options with { Accumulation = 2 } },
        { "shuffling", options => options with { Shuffle = false } },
        { "moments", options => options with { Optimizer = new() } },
    };

    [Theory]
    [MemberData(nameof(OtherRuns))]
    public void A_run_with_other_options_does_not_go_on(string says, Func<TrainingOptions, TrainingOptions> change)
    {
        SaveAt(4);
        var trainer = TinyRun.NewTrainer(change);
        var before = TinyRun.Digest(trainer);
        var error = Assert.ThrowsAny<InkstoneException>(() => TinyRun.Store(_folder.Path).Restore(trainer));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, TinyRun.Digest(trainer));
    }

    [Fact]
    public void Another_text_or_model_does_not_go_on()
    {
        SaveAt(4);
        var options = TinyRun.NewTrainer().Options;
        var otherText = new Trainer(TinyRun.NewTrainer().Model, Samples.Text(documents: 13), new NextToken(), options);
        Assert.Contains("text", Assert.Throws<InkstoneRequestException>(() => TinyRun.Store(_folder.Path).Restore(otherText)).Message, StringComparison.Ordinal);
        var config = ((Gpt2)TinyRun.NewTrainer().Model).Settings with { HeadCount = 4 };
        var otherModel = new Trainer(Samples.Gpt(1, config), TinyRun.NewTrainer().Data, new NextToken(), options);
        Assert.Contains("configuration", Assert.Throws<InkstoneRequestException>(() => TinyRun.Store(_folder.Path).Restore(otherModel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_no_checkpoint_is_not_found()
    {
        SaveAt(4);
        var error = Assert.Throws<InkstoneNotFoundException>(() => TinyRun.Store(_folder.Path).Restore(TinyRun.NewTrainer(), "step-00000005"));
        Assert.Contains("step-00000004", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, error.ExitCode);
    }

    [Fact]
    public void Rolling_back_goes_on_with_later_text_and_stops_after_three()
    {
        var objective = new BrokenNextToken(6, 9);
        var trainer = TinyRun.NewTrainer(options => options with { NonFinite = NonFinitePolicy.RollBack }, objective);
        var store = trainer.Checkpoints = TinyRun.Store(_folder.Path);
        store.Save(trainer);
        foreach (var step in trainer.Run().TakeWhile(step => step.Number <= 14))
            if (step.Number % 4 == 0)
                store.Save(trainer);
        // steps 0–3 saved at 4; batch 6 broken: back to 4 with batch 7; batch 9 broken at step 6: back to 4 with batch 10
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], objective.Evaluated.Take(13));

        var hopeless = TinyRun.NewTrainer(options => options with { NonFinite = NonFinitePolicy.RollBack }, new BrokenNextToken(2, 3, 4, 5, 6, 7, 8));
        hopeless.Checkpoints = TinyRun.Store(Path.Combine(_folder.Path, "hopeless"));
        hopeless.Checkpoints.Save(hopeless);
        Assert.Equal(6, Assert.Throws<InkstoneNumericException>(() => hopeless.Run().ToList()).ExitCode);
    }

    /// <summary>Saves one run at these steps, keeping all.</summary>
    private void SaveAt(params int[] steps)
    {
        var trainer = TinyRun.NewTrainer();
        foreach (var step in steps)
        {
            TinyRun.Advance(trainer, step);
            TinyRun.Store(_folder.Path, keep: 9).Save(trainer);
        }
    }

    /// <summary>An unfinished folder beside the others, as a killed process leaves it.</summary>
    private void SaveLater(int step) =>
        Directory.CreateDirectory(Path.Combine(_folder.Path, CheckpointCommit.FolderName(step) + ".tmp"));

    private string At(int step, string file) => Path.Combine(_folder.Path, CheckpointCommit.FolderName(step), file);
}
