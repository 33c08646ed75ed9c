using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>A model on disk, opened for writing text: network, tokenizer and engine.</summary>
public sealed class ModelSession : IAsyncDisposable
{
    private ModelSession(string folder, Model model, Tokenizer tokenizer)
    {
        Folder = folder;
        Model = model;
        Tokenizer = tokenizer;
        Engine = new InferenceEngine(model, tokenizer);
    }

    /// <summary>Where it was read from.</summary>
    public string Folder { get; }

    /// <summary>The network.</summary>
    public Model Model { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The engine.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Opens a run (its newest checkpoint), a checkpoint or a model folder. Files that have a digest on record are checked against it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="observer">Who is told of checkpoints that are passed over.</param>
    /// <exception cref="InkstoneNotFoundException">There is no model.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be.</exception>
    public static ModelSession Open(string path, IRecipeObserver? observer = null)
    {
        if (!Directory.Exists(path))
            throw new InkstoneNotFoundException("there is no such folder", path, "a run's folder, a checkpoint or a model folder");
        var folder = path;
        if (Directory.Exists(Path.Combine(path, RunFolder.CheckpointsName)))
            folder = RunDirectory.NewestCheckpoint(path, observer);
        else if (File.Exists(Path.Combine(path, CheckpointCommit.FileName)))
            CheckpointStore.Verify(path);
        else if (!File.Exists(Path.Combine(path, ModelFolder.ConfigName)))
            throw new InkstoneNotFoundException("there is no model in the folder", path, $"a run with a checkpoint, or a model's {ModelFolder.ConfigName}");
        var tokenizer = Tokenizer.Load(Path.Combine(folder, CheckpointStore.TokenizerName));
        var model = ModelFolder.Load(folder);
        if (tokenizer.VocabularySize > model.VocabularySize)
            throw new InkstoneFormatException("the tokenizer has more tokens than the model", Path.Combine(folder, CheckpointStore.TokenizerName),
                $"at most {model.VocabularySize}", $"{tokenizer.VocabularySize}", "Use the tokenizer the model was trained with.");
        return new ModelSession(folder, model, tokenizer);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
