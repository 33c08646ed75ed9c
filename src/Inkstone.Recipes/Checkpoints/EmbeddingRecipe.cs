using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>How texts are made vectors.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>What stands before every text, by its name in the folder (<c>query</c>); null means the folder's own choice. A GGUF file has none.</summary>
    public string? PromptName { get; init; }

    /// <summary>How rows become a vector where the model does not say it; null refuses such a model.</summary>
    public PoolingModes? Pooling { get; init; }

    /// <summary>What becomes of the weights.</summary>
    public LoadOptions Loading { get; init; } = LoadOptions.ForUse;

    /// <summary>Whether a model is loaded that does not seem to fit in memory.</summary>
    public bool IgnoresMemory { get; init; }
}

/// <summary>Texts and their vectors.</summary>
/// <param name="Vectors">The vectors, in the order of the texts.</param>
/// <param name="TokenCounts">How many tokens of each text were read.</param>
/// <param name="CutCount">How many texts were longer than the model takes, and cut at their end.</param>
public sealed record EmbeddedTexts(IReadOnlyList<float[]> Vectors, IReadOnlyList<int> TokenCounts, int CutCount)
{
    /// <summary>The cosine of the angle between two texts' vectors.</summary>
    public double Similarity(int first, int second)
    {
        var (a, b) = (Vectors[first], Vectors[second]);
        var (product, lengthA, lengthB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            lengthA += (double)a[i] * a[i];
            lengthB += (double)b[i] * b[i];
        }
        return product / Math.Max(1e-300, Math.Sqrt(lengthA) * Math.Sqrt(lengthB));
    }
}

/// <summary>
/// Makes vectors of texts with a sentence-transformers folder, with a GGUF file that says how its rows become a vector, or with any other network whose pooling is said. Vectors of
/// all but the first, which says it itself, have length one.
/// </summary>
public static class EmbeddingRecipe
{
    /// <summary>Makes the vectors.</summary>
    /// <param name="model">The folder or the GGUF file.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="observer">Told what is applied and what memory it takes.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such model.</exception>
    /// <exception cref="InkstoneFormatException">A file of it is not what it must be.</exception>
    /// <exception cref="InkstoneRequestException">The model does not say how rows become a vector, or has no prompt of the name.</exception>
    /// <exception cref="InkstoneResourceException">It does not fit in memory.</exception>
    public static EmbeddedTexts Embed(string model, IReadOnlyList<string> texts, EmbeddingOptions? options = null, IRecipeObserver? observer = null)
    {
        options ??= new();
        observer ??= SilentObserver.Instance;
        using var opened = OpenedEmbedder.Open(model, options.Pooling, observer);
        var planned = opened.Planned;
        var prompt = EmbeddingPrompts.Read(opened.Path).Choose(options.PromptName, opened.Path);
        var tokenizer = opened.ReadTokenizer();
        var whole = new EncodeOptions { AddSpecial = true };
        var cut = whole with { Truncation = new Truncation { MaximumLength = planned.MaximumLength } };
        var tokens = new ReadOnlyMemory<int>[texts.Count];
        var cutCount = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = Ids(tokenizer, prompt + texts[i], cut);
            if (tokens[i].Length == planned.MaximumLength && Ids(tokenizer, prompt + texts[i], whole).Length > planned.MaximumLength)
                cutCount++;
            if (tokens[i].Length == 0)
                throw new InkstoneRequestException("a text has no tokens", FormattableString.Invariant($"text {i + 1}"), "one at least");
        }
        var machine = MachineMemory.Read();
        var passes = new TextPasses(RowsAtOnce(tokens), options.Loading, options.IgnoresMemory);
        observer.Note(FormattableString.Invariant(
            $"pooling {planned.Pooling}, vectors {(planned.IsNormalised ? "of length one" : "as they come")}, texts of at most {planned.MaximumLength} tokens, before each: {(prompt.Length > 0 ? Excerpt.Of(prompt) : "nothing")}"));
        observer.Note(MemoryFit.OfPasses(opened.Path, opened.Checkpoint, opened.Prepared, passes, machine).Sentence(machine));
        return new(opened.Load(options.Loading.Watched(observer)).Embed(tokens), [.. tokens.Select(text => text.Length)], cutCount);
    }

    /// <summary>The most tokens of texts that are read together.</summary>
    private static int RowsAtOnce(ReadOnlyMemory<int>[] texts) =>
        (int)Math.Max(texts.Select(text => text.Length).DefaultIfEmpty().Max(), Math.Min(Embedder.RowsAtOnce, texts.Sum(text => (long)text.Length)));

    private static int[] Ids(Tokenizer tokenizer, string text, EncodeOptions options) => [.. tokenizer.EncodeDetailed(text, options: options).Tokens.Select(token => token.Id)];
}
