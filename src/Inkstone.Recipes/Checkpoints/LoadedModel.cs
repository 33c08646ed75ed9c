using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>A network and its tokenizer, from wherever they were kept.</summary>
/// <param name="Path">The folder or file they were read from.</param>
/// <param name="Model">The network.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
public sealed record LoadedModel(string Path, Model Model, Tokenizer Tokenizer)
{
    /// <summary>
    /// Opens a run (its newest checkpoint), a checkpoint, a Hugging Face folder or a GGUF file. Files that have a digest on record are checked against it.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="options">What becomes of the weights; null means <see cref="LoadOptions.ForUse"/>.</param>
    /// <param name="observer">Who is told of checkpoints that are passed over.</param>
    /// <exception cref="InkstoneNotFoundException">There is no model.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be.</exception>
    public static LoadedModel Open(string path, LoadOptions? options = null, IRecipeObserver? observer = null)
    {
        options ??= LoadOptions.ForUse;
        if (File.Exists(path))
        {
            // the network's matrices keep the file mapped, so closing it takes nothing from them
            using var file = GgufFile.Open(path);
            return Checked(new(path, GgufModel.Load(file, null, options), Tokenizer.Load(path)));
        }
        var folder = FolderOf(path, observer);
        return Checked(new(folder, ModelFolder.Load(folder, null, options), Tokenizer.Load(folder)));
    }

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

    private static LoadedModel Checked(LoadedModel loaded) => loaded.Tokenizer.VocabularySize <= loaded.Model.VocabularySize ? loaded
        : throw new InkstoneFormatException("the tokenizer has more tokens than the model", loaded.Path, $"at most {loaded.Model.VocabularySize}",
            $"{loaded.Tokenizer.VocabularySize}", "Use the tokenizer the model was trained with.");
}
