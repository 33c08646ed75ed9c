using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Models;

namespace Inkstone.Training;

/// <summary>
/// The checkpoints of a run: a folder of folders <c>step-00001234</c>, each a model folder that opens elsewhere and all that is needed to go on. Whatever
/// happens while one is written, power cuts included, those before it stay as they are, and a folder without a valid <c>COMMIT.json</c> counts for nothing.
/// Not for two writers at once.
/// </summary>
public sealed partial class CheckpointStore
{
    /// <summary>The file that names the newest checkpoint: a hint for people and tools, never relied on.</summary>
    public const string LatestName = "latest";

    /// <summary>The tokenizer's file in a checkpoint.</summary>
    public const string TokenizerName = "tokenizer.json";

    private const string AsideSuffix = ".aside";
    private readonly IDurableFiles _files;
    private readonly byte[]? _tokenizerJson;

    /// <summary>Names the folder; nothing is read or written yet.</summary>
    /// <param name="folder">The folder of the checkpoints.</param>
    /// <param name="tokenizerJson">The tokenizer's <c>tokenizer.json</c>, kept in each checkpoint; null for none.</param>
    /// <param name="keep">How many checkpoints are kept, the newest; older ones are deleted. At least 1.</param>
    /// <param name="files">Where to write; null for the disk.</param>
    public CheckpointStore(string folder, byte[]? tokenizerJson = null, int keep = 3, IDurableFiles? files = null)
    {
        OptionRule.InRange(nameof(keep), keep, 1, int.MaxValue);
        (Folder, _tokenizerJson, Keep, _files) = (folder, tokenizerJson, keep, files ?? DurableFiles.Instance);
    }

    /// <summary>The folder of the checkpoints.</summary>
    public string Folder { get; }

    /// <summary>How many checkpoints are kept.</summary>
    public int Keep { get; }

    /// <summary>
    /// Saves a trainer: every file under a temporary name and flushed, COMMIT last, then the folder is renamed into place; only when that is durable
    /// does <c>latest</c> move, and only then do old checkpoints go. When writing fails, the trainer and the checkpoints before are as they were.
    /// </summary>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="InkstoneResourceException">The disk is full, read-only or broken.</exception>
    /// <exception cref="InkstoneRequestException">Another run's checkpoint of this step is there.</exception>
    public string Save(Trainer trainer)
    {
        _files.CreateFolder(Folder);
        DeleteLeftovers();
        var name = CheckpointCommit.FolderName(trainer.Step);
        var temporary = PathOf(name + DurableWriting.TemporarySuffix);
        var renamed = false;
        try
        {
            var commit = WriteFiles(trainer, temporary);
            renamed = PutInPlace(name, temporary, commit);
        }
        finally
        {
            if (!renamed)
                TryDelete(temporary);
        }
        _files.WriteAtomically(PathOf(LatestName), System.Text.Encoding.UTF8.GetBytes(name + "\n"));
        Prune();
        return PathOf(name);
    }

    private CheckpointCommit WriteFiles(Trainer trainer, string folder)
    {
        _files.CreateFolder(folder);
        var files = new Dictionary<string, FileDigest>(StringComparer.Ordinal);
        Write(SafetensorsFolder.SingleFileName, stream => ModelFolder.WriteWeights(trainer.Model, stream));
        Write(ModelFolder.ConfigName, stream => stream.Write(ModelFolder.ConfigJson(trainer.Model)));
        if (_tokenizerJson is { } tokenizer)
            Write(TokenizerName, stream => stream.Write(tokenizer));
        Write(OptimizerFile.FileName, stream => OptimizerFile.Write(trainer.Optimizer, stream));
        Write(TrainerState.FileName, stream => stream.Write(trainer.Capture().ToBytes()));
        var commit = new CheckpointCommit(trainer.Step, files);
        _files.WriteFlushed(Path.Combine(folder, CheckpointCommit.FileName), commit.ToBytes());
        _files.FlushFolder(folder);
        return commit;

        void Write(string name, Action<Stream> content) => files[name] = _files.WriteFlushed(Path.Combine(folder, name), content);
    }

    /// <summary>Renames a finished folder into place; false when the same checkpoint is there already.</summary>
    private bool PutInPlace(string name, string temporary, CheckpointCommit commit)
    {
        var path = PathOf(name);
        if (_files.FolderExists(path))
        {
            if (Describe(name).Commit is { } existing && FirstUnlike(name, existing) is null)
                return existing.ToBytes().AsSpan().SequenceEqual(commit.ToBytes())
                    ? false
                    : throw new InkstoneRequestException("another run's checkpoint of this step is there", path, fix: "Choose another output folder.");
            // what is there is no checkpoint that could be resumed from: nothing is lost
            _files.Rename(path, PathOf(name + AsideSuffix + DurableWriting.TemporarySuffix));
        }
        _files.Rename(temporary, path);
        _files.FlushFolder(Folder);
        return true;
    }

    /// <summary>Deletes all but the newest checkpoints: first the name goes, durably, then what was behind it.</summary>
    private void Prune()
    {
        var old = List().Where(checkpoint => checkpoint.Commit is not null).Skip(Keep).ToList();
        if (old.Count == 0)
            return;
        foreach (var checkpoint in old)
            _files.Rename(PathOf(checkpoint.Name), PathOf(checkpoint.Name + DurableWriting.TemporarySuffix));
        _files.FlushFolder(Folder);
        DeleteLeftovers();
    }

    private void DeleteLeftovers()
    {
        foreach (var name in _files.FolderNames(Folder))
            if (name.StartsWith("step-", StringComparison.Ordinal) && name.EndsWith(DurableWriting.TemporarySuffix, StringComparison.Ordinal))
                _files.DeleteFolder(PathOf(name));
    }

    private void TryDelete(string path)
    {
        try
        {
            _files.DeleteFolder(path);
        }
        catch (InkstoneException)
        {
            // the first error is the one to report; the next save deletes what is left
        }
    }

    private string PathOf(string name) => Path.Combine(Folder, name);
}
