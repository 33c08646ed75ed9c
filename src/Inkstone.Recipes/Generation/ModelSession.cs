using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;

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

    /// <summary>Opens a run (its newest checkpoint), a checkpoint or a model folder.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no model.</exception>
    public static ModelSession Open(string path)
    {
        if (!Directory.Exists(path))
            throw new InkstoneNotFoundException("there is no such folder", path, "a run's folder, a checkpoint or a model folder");
        var folder = File.Exists(Path.Combine(path, ModelFolder.ConfigName)) ? path : RunDirectory.NewestCheckpoint(path);
        return new ModelSession(folder, ModelFolder.Load(folder), Tokenizer.Load(Path.Combine(folder, "tokenizer.json")));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
