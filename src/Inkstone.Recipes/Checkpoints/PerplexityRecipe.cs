using System.Text;
using Inkstone.Corpus;
using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
using Inkstone.Models;

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

    /// <summary>Whether a model is loaded that does not seem to fit in memory.</summary>
    public bool IgnoresMemory { get; init; }
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
    /// <exception cref="InkstoneResourceException">They do not fit in memory.</exception>
    public static PerplexityReport Measure(string model, string text, PerplexityOptions? options = null, IRecipeObserver? observer = null, CancellationToken cancellation = default)
    {
        options ??= new();
        observer ??= SilentObserver.Instance;
        using var opened = OpenedModel.Open(model, observer);
        using var other = options.Against is { } against ? OpenedModel.Open(against, observer) : null;
        var (prepared, reference) = (opened.Checkpoint.Prepare(), other?.Checkpoint.Prepare());
        if (reference is not null && reference.VocabularySize != prepared.VocabularySize)
            throw new InkstoneRequestException("the models have different vocabularies", options.Against, $"{prepared.VocabularySize} tokens", $"{reference.VocabularySize}");
        var window = options.Window ?? Math.Min(LongestWindow, prepared.ContextLength);
        var passes = new TextPasses(Math.Clamp(window, 2, prepared.ContextLength), LoadOptions.ForUse, options.IgnoresMemory, "--window");
        var machine = MachineMemory.Read();
        var beside = other is null ? null : MemoryFit.OfPasses(other.Path, other.Checkpoint, reference!, passes, machine);
        observer.Note(MemoryFit.OfPasses(opened.Path, opened.Checkpoint, prepared, passes, machine, beside).Sentence(machine));
        var loaded = opened.Load(prepared, passes.Loading.Watched(observer));
        var tokenizer = loaded.Tokenizer;
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
        if (other is null)
            return new(score, window, stride, null);
        other.Checkpoint.Load(reference!, passes.Loading.Watched(observer));
        observer.Stage("comparing");
        return new(score, window, stride, ModelComparison.Measure(reference!, loaded.Model, ids, window, progress, cancellation));
    }
}
