using System.Text;
using Inkstone.Corpus;
using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes;

/// <summary>How a perplexity is measured.</summary>
public sealed record PerplexityOptions
{
    /// <summary>Tokens of a window; null means the model's context, at most 2,048.</summary>
    public int? Window { get; init; }

    /// <summary>Tokens from one window's beginning to the next's; null means half a window.</summary>
    public int? Stride { get; init; }

    /// <summary>A model of the same vocabulary to compare with; null for none.</summary>
    public string? Against { get; init; }

    /// <summary>The most tokens of the text; null means all.</summary>
    public int? MostTokens { get; init; }
}

/// <summary>A perplexity and what it was measured over.</summary>
/// <param name="Score">The score.</param>
/// <param name="Window">Tokens of a window.</param>
/// <param name="Stride">Tokens from one window's beginning to the next's.</param>
/// <param name="Comparison">How far from another model it is; null when none was named.</param>
public sealed record PerplexityReport(LanguageModelScore Score, int Window, int Stride, ModelComparison? Comparison);

/// <summary>Measures how well a model foretells a text.</summary>
public static class PerplexityRecipe
{
    /// <summary>The longest window unless told.</summary>
    internal const int LongestWindow = 2_048;

    /// <summary>Measures.</summary>
    /// <param name="model">A run, a checkpoint, a model folder or a GGUF file.</param>
    /// <param name="text">A file or folder of text, taken as one text.</param>
    /// <param name="options">How.</param>
    /// <param name="observer">Told how far it has come.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InkstoneRequestException">The two models have different vocabularies, or there is no text.</exception>
    public static PerplexityReport Measure(string model, string text, PerplexityOptions? options = null, IRecipeObserver? observer = null, CancellationToken cancellation = default)
    {
        options ??= new();
        observer ??= SilentObserver.Instance;
        var loaded = LoadedModel.Open(model, null, observer);
        var (window, tokenizer) = (options.Window ?? Math.Min(LongestWindow, loaded.Model.ContextLength), loaded.Tokenizer);
        var stride = options.Stride ?? Math.Max(1, window / 2);
        var tokens = new List<int>();
        if (tokenizer.BeginOfText is { } begin)
            tokens.Add(begin);
        var bytes = 0L;
        foreach (var document in TextSource.Read(text))
        {
            tokens.AddRange(tokenizer.Encode(document.Text));
            bytes += Encoding.UTF8.GetByteCount(document.Text);
            if (tokens.Count >= options.MostTokens)
                break;
        }
        if (options.MostTokens is { } most && tokens.Count > most)
        {
            tokens.RemoveRange(most, tokens.Count - most);
            bytes = Encoding.UTF8.GetByteCount(tokenizer.Decode(tokens.ToArray()));
        }
        int[] ids = [.. tokens];
        observer.Stage("scoring");
        var progress = new ObserverTokens(observer, ids.Length);
        var score = WindowedPerplexity.Measure(loaded.Model, ids, bytes, window, stride, progress, cancellation);
        if (options.Against is null)
            return new(score, window, stride, null);
        var reference = LoadedModel.Open(options.Against, null, observer);
        if (reference.Model.VocabularySize != loaded.Model.VocabularySize)
            throw new InkstoneRequestException("the models have different vocabularies", options.Against, $"{loaded.Model.VocabularySize} tokens", $"{reference.Model.VocabularySize}");
        observer.Stage("comparing");
        return new(score, window, stride, ModelComparison.Measure(reference.Model, loaded.Model, ids, window, progress, cancellation));
    }
}
