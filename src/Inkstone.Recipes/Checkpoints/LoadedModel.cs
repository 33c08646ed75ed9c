using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>A network and its tokenizer, from wherever they were kept.</summary>
/// <param name="Path">The folder or file they were read from.</param>
/// <param name="Model">The network.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
public sealed record LoadedModel(string Path, Model Model, Tokenizer Tokenizer)
{
    /// <summary>What the checkpoint says of generation.</summary>
    public GenerationDefaults Defaults { get; init; } = GenerationDefaults.FromTokenizer(Tokenizer);

    /// <summary>
    /// Opens a run (its newest checkpoint), a checkpoint, a Hugging Face folder or a GGUF file. Files that have a digest on record are checked against it.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="options">What becomes of the weights; null means <see cref="LoadOptions.ForUse"/>.</param>
    /// <param name="observer">Who is told of checkpoints that are passed over, and how far the reading has come.</param>
    /// <exception cref="InkstoneNotFoundException">There is no model.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be.</exception>
    public static LoadedModel Open(string path, LoadOptions? options = null, IRecipeObserver? observer = null)
    {
        options ??= LoadOptions.ForUse;
        if (observer is not null)
            options = options.Watched(observer);
        // the network's matrices keep the files mapped, so closing them takes nothing from them
        using var opened = OpenedModel.Open(path, observer);
        return opened.Load(opened.Checkpoint.Prepare(null, options.ContextLength), options);
    }
}
