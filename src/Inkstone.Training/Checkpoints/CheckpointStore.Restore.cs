using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Models;

namespace Inkstone.Training;

/// <summary>A folder that has a checkpoint's name.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Step">The steps its name tells.</param>
/// <param name="Commit">Its commit record, or null when it counts for nothing.</param>
/// <param name="Fault">Why it counts for nothing, or null.</param>
public sealed record CheckpointInfo(string Name, long Step, CheckpointCommit? Commit, string? Fault);

/// <summary>What a trainer was taken back to.</summary>
/// <param name="Folder">The checkpoint's folder.</param>
/// <param name="Step">How many steps were done.</param>
/// <param name="PassedOver">Newer folders without a valid commit record, each with the reason.</param>
public sealed record RestoredCheckpoint(string Folder, long Step, IReadOnlyList<CheckpointInfo> PassedOver);

/// <content>Finding, checking and reading checkpoints.</content>
public sealed partial class CheckpointStore
{
    /// <summary>Every folder that has a checkpoint's name, the newest first; files are not checked against their digests.</summary>
    public IReadOnlyList<CheckpointInfo> List() =>
        !_files.FolderExists(Folder)
            ? []
            : [.. _files.FolderNames(Folder).Where(name => CheckpointCommit.TryParseName(name, out _)).Select(Describe).OrderByDescending(c => c.Step)];

    /// <summary>
    /// The newest folder with a valid commit record, its files checked against it; null when there is none. Nothing is read into a model.
    /// </summary>
    /// <exception cref="InkstoneFormatException">A file is unlike its digest; the error names it and the checkpoint before.</exception>
    public CheckpointInfo? FindNewest() => Check(List().FirstOrDefault(checkpoint => checkpoint.Commit is not null));

    /// <summary>A checkpoint by name, its files checked against its commit record. Nothing is read into a model.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such checkpoint.</exception>
    /// <exception cref="InkstoneFormatException">A file is unlike its digest; the error names it and the checkpoint before.</exception>
    public CheckpointInfo Find(string name)
    {
        var whole = List().Where(checkpoint => checkpoint.Commit is not null).ToList();
        return Check(whole.Find(checkpoint => checkpoint.Name == name))
            ?? throw new InkstoneNotFoundException("there is no such checkpoint", Folder, Names(whole), name);
    }

    /// <summary>Throws unless every file of a checkpoint, wherever it lies and whatever its folder is called now, is what its commit record says.</summary>
    /// <exception cref="InkstoneFormatException">A file is unlike its digest; the error names it and the checkpoint before.</exception>
    public static void Verify(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var store = new CheckpointStore(DurableWriting.FolderOf(path));
        var record = Path.Combine(path, CheckpointCommit.FileName);
        var commit = CheckpointCommit.Parse(store.ReadAll(record), record);
        store.Check(new CheckpointInfo(Path.GetFileName(path), commit.Step, commit, null));
    }

    /// <summary>
    /// Takes a trainer to the newest checkpoint; null, and the trainer as it was, when there is none. Folders without a valid commit record are passed over.
    /// </summary>
    /// <exception cref="InkstoneFormatException">A file is unlike its digest; the error names it and the checkpoint before.</exception>
    /// <exception cref="InkstoneRequestException">The trainer's options or text are not the saved run's.</exception>
    public RestoredCheckpoint? Restore(Trainer trainer) => FindNewest() is { } newest ? Read(trainer, newest) : null;

    /// <summary>
    /// Takes a trainer to a checkpoint by name. Newer ones are set aside under another name, so that this one is the newest again and the run can go its own way.
    /// </summary>
    /// <exception cref="InkstoneNotFoundException">There is no such checkpoint.</exception>
    /// <inheritdoc cref="Restore(Trainer)"/>
    public RestoredCheckpoint Restore(Trainer trainer, string name)
    {
        var chosen = Find(name);
        var restored = Read(trainer, chosen);
        foreach (var newer in List().Where(checkpoint => checkpoint.Step > chosen.Step))
        {
            var aside = PathOf(newer.Name + AsideSuffix);
            _files.DeleteFolder(aside);
            _files.Rename(PathOf(newer.Name), aside);
        }
        _files.FlushFolder(Folder);
        return restored with { PassedOver = [] };
    }

    private RestoredCheckpoint Read(Trainer trainer, CheckpointInfo checkpoint)
    {
        var folder = PathOf(checkpoint.Name);
        var statePath = Path.Combine(folder, TrainerState.FileName);
        var state = TrainerState.Parse(ReadAll(statePath), statePath);
        state.RequireSameRun(trainer.Capture(), statePath);
        if (FileDigest.Of(ModelFolder.ConfigJson(trainer.Model)) != checkpoint.Commit!.Files.GetValueOrDefault(ModelFolder.ConfigName))
            throw new InkstoneRequestException("the run cannot go on: the model's configuration differs from the saved run's",
                Path.Combine(folder, ModelFolder.ConfigName), fix: "Resume with the model the run was begun with.");
        OptimizerFile.Read(trainer.Optimizer, Path.Combine(folder, OptimizerFile.FileName));
        ModelFolder.LoadWeights(trainer.Model, folder);
        trainer.GoOnFrom(state);
        return new RestoredCheckpoint(folder, checkpoint.Step, [.. List().Where(c => c.Commit is null && c.Step > checkpoint.Step)]);
    }

    private CheckpointInfo Describe(string name)
    {
        _ = CheckpointCommit.TryParseName(name, out var step);
        var path = Path.Combine(PathOf(name), CheckpointCommit.FileName);
        if (!_files.FileExists(path))
            return new CheckpointInfo(name, step, null, $"it has no {CheckpointCommit.FileName}: writing it was not finished");
        try
        {
            var commit = CheckpointCommit.Parse(ReadAll(path), path);
            return commit.Step == step
                ? new CheckpointInfo(name, step, commit, null)
                : new CheckpointInfo(name, step, null, $"its {CheckpointCommit.FileName} is of step {OptionRule.Text(commit.Step)}");
        }
        catch (InkstoneFormatException error)
        {
            return new CheckpointInfo(name, step, null, error.Message);
        }
    }

    /// <summary>Throws unless every file of a checkpoint is what its commit record says.</summary>
    private CheckpointInfo? Check(CheckpointInfo? checkpoint)
    {
        if (checkpoint is null || FirstUnlike(checkpoint.Name, checkpoint.Commit!) is not { } broken)
            return checkpoint;
        var before = List().Where(other => other.Commit is not null && other.Step < checkpoint.Step && FirstUnlike(other.Name, other.Commit) is null)
            .Select(other => other.Name).FirstOrDefault();
        throw new InkstoneFormatException("the file is not the one that was saved", broken.Path, broken.Expected, broken.Found,
            before is null ? "No older checkpoint is whole: begin the run again." : $"The checkpoint before is whole: resume from it (--checkpoint {before}) or open {PathOf(before)}.");
    }

    private (string Path, string Expected, string Found)? FirstUnlike(string name, CheckpointCommit commit)
    {
        foreach (var (file, expected) in commit.Files)
        {
            var path = Path.Combine(PathOf(name), file);
            if (!_files.FileExists(path))
                return (path, Show(expected), "no such file");
            using var stream = _files.OpenRead(path);
            var found = FileDigest.Of(stream);
            if (found != expected)
                return (path, Show(expected), Show(found));
        }
        return null;

        static string Show(FileDigest digest) => $"{OptionRule.Text(digest.Length)} bytes with SHA-256 {digest.Sha256}";
    }

    private byte[] ReadAll(string path)
    {
        using var stream = _files.OpenRead(path);
        if (stream.Length > 1 << 20)
            throw new InkstoneFormatException("the file is too long for what it is", path, "at most 1 MiB", $"{OptionRule.Text(stream.Length)} bytes");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Names(IEnumerable<CheckpointInfo> checkpoints) =>
        string.Join(", ", checkpoints.Select(checkpoint => checkpoint.Name)) is { Length: > 0 } names ? names : "a checkpoint";
}
