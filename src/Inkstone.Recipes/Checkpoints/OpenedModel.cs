using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>A model on disk, found and opened, of which no weight is read yet.</summary>
internal sealed class OpenedModel : IDisposable
{
    private OpenedModel(string path, OpenCheckpoint checkpoint) => (Path, Checkpoint) = (path, checkpoint);

    /// <summary>The folder or file.</summary>
    public string Path { get; }

    /// <summary>What is in it.</summary>
    public OpenCheckpoint Checkpoint { get; }

    /// <summary>Finds the checkpoint of a path and opens it.</summary>
    public static OpenedModel Open(string path, IRecipeObserver? observer)
    {
        var found = File.Exists(path) ? path : FolderOf(path, observer);
        return new(found, OpenCheckpoint.Open(found));
    }

    /// <summary>Loads a network that was prepared, with its tokenizer and what is said of generation.</summary>
    public LoadedModel Load(Model prepared, LoadOptions options)
    {
        // the tokenizer is read while the weights are: neither needs the other
        var reading = Task.Run(ReadTokenizer);
        Checkpoint.Load(prepared, options);
        var tokenizer = reading.GetAwaiter().GetResult();
        if (tokenizer.VocabularySize > prepared.VocabularySize)
            throw new InkstoneFormatException("the tokenizer has more tokens than the model", Path, $"at most {prepared.VocabularySize}", $"{tokenizer.VocabularySize}",
                "Use the tokenizer the model was trained with.");
        var defaults = Checkpoint.Metadata is { } metadata ? GenerationDefaults.FromGguf(metadata, tokenizer) : GenerationDefaults.FromFolder(Path, tokenizer);
        return new(Path, prepared, tokenizer) { Defaults = defaults };
    }

    public void Dispose() => Checkpoint.Dispose();

    private Tokenizer ReadTokenizer() => Checkpoint.Metadata is { } metadata ? Tokenizer.FromGguf(metadata) : Tokenizer.Load(Path);

    private static string FolderOf(string path, IRecipeObserver? observer)
    {
        if (!Directory.Exists(path))
            throw new InkstoneNotFoundException("there is no such model", path, "a run's folder, a checkpoint, a model folder or a GGUF file");
        if (Directory.Exists(System.IO.Path.Combine(path, RunFolder.CheckpointsName)))
            return RunDirectory.NewestCheckpoint(path, observer);
        if (File.Exists(System.IO.Path.Combine(path, CheckpointCommit.FileName)))
            CheckpointStore.Verify(path);
        else if (!File.Exists(System.IO.Path.Combine(path, ModelFolder.ConfigName)))
            throw new InkstoneNotFoundException("there is no model in the folder", path, $"a run with a checkpoint, or a model's {ModelFolder.ConfigName}");
        return path;
    }
}
