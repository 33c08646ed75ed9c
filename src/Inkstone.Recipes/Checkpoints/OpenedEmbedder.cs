using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>A model on disk that makes vectors of texts, found and opened, of which no weight is read yet.</summary>
internal sealed class OpenedEmbedder : IDisposable
{
    private readonly bool _isEmbedderFolder;

    private OpenedEmbedder(string path, OpenCheckpoint checkpoint, PoolingModes pooling, EmbedderDescription? description)
    {
        (Path, Checkpoint, _isEmbedderFolder) = (path, checkpoint, description is not null);
        Prepared = checkpoint.Prepare();
        // its network has no numbers yet; what it cannot be is said before they are read
        Planned = new Embedder(Prepared, pooling, description?.IsNormalised ?? true, description?.MaximumLength is { } most ? Math.Min(most, Prepared.ContextLength) : null);
    }

    /// <summary>The folder or file.</summary>
    public string Path { get; }

    /// <summary>The network's own folder, or the file.</summary>
    public OpenCheckpoint Checkpoint { get; }

    /// <summary>The network without its numbers.</summary>
    public Model Prepared { get; }

    /// <summary>How rows become a vector, and how long a text may be; layers after that are not in it.</summary>
    public Embedder Planned { get; }

    /// <summary>Finds a model and opens it.</summary>
    /// <param name="path">A sentence-transformers folder, a GGUF file, a run or a model folder.</param>
    /// <param name="pooling">How rows become a vector where the model does not say it; null refuses such a one.</param>
    /// <param name="observer">Who is told of checkpoints that are passed over.</param>
    public static OpenedEmbedder Open(string path, PoolingModes? pooling, IRecipeObserver observer)
    {
        var description = Directory.Exists(path) && EmbedderFolder.IsEmbedder(path) ? EmbedderFolder.ReadDescription(path) : null;
        var opened = OpenedModel.Open(description?.NetworkFolder ?? path, observer);
        try
        {
            var said = opened.Checkpoint.Metadata is { } metadata ? GgufPooling.ModeOf(metadata) : description?.Pooling;
            return new(description is null ? opened.Path : path, opened.Checkpoint, said ?? pooling
                ?? throw new InkstoneRequestException("the model does not say how rows become a vector", path, opened.Checkpoint.Metadata is null ? "modules.json" : "a pooling_type",
                    "none", "Say it with --pooling."), description);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer ReadTokenizer()
    {
        var tokenizer = Checkpoint.Metadata is { } metadata ? Tokenizer.FromGguf(metadata) : Tokenizer.Load(Path);
        return tokenizer.VocabularySize <= Prepared.VocabularySize ? tokenizer
            : throw new InkstoneFormatException("the tokenizer has more tokens than the model", Path, $"at most {Prepared.VocabularySize}", $"{tokenizer.VocabularySize}");
    }

    /// <summary>Reads the weights.</summary>
    public Embedder Load(LoadOptions options)
    {
        if (_isEmbedderFolder)
            return EmbedderFolder.Load(Path, null, options);
        Checkpoint.Load(Prepared, options);
        return Planned;
    }

    public void Dispose() => Checkpoint.Dispose();
}
