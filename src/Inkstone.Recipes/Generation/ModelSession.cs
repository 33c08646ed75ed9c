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

    /// <summary>Opens a run (its newest checkpoint), a checkpoint, a model folder or a GGUF file. Files that have a digest on record are checked against it.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="observer">Who is told of checkpoints that are passed over.</param>
    /// <exception cref="InkstoneNotFoundException">There is no model.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be.</exception>
    public static ModelSession Open(string path, IRecipeObserver? observer = null)
    {
        var loaded = LoadedModel.Open(path, null, observer);
        return new ModelSession(loaded.Path, loaded.Model, loaded.Tokenizer);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
