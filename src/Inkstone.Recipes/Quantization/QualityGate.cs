using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Compares a quantised file with its source, and with what it must be worth.</summary>
internal static class QualityGate
{
    private const int LeastTokens = 4;

    /// <summary>The report with the comparison, where there is a text for it.</summary>
    /// <param name="source">The file that is right.</param>
    /// <param name="result">The file that is judged.</param>
    /// <param name="report">What is known of the result.</param>
    /// <param name="options">The text and the bounds.</param>
    /// <param name="kept">Tokens of the calibration text that were kept out of it; null where there was none.</param>
    /// <param name="observer">Told how far it has come.</param>
    /// <param name="cancellation">Stops it.</param>
    public static QuantizationReport Judge(
        string source, string result, QuantizationReport report, QuantizationOptions options, int[]? kept, IRecipeObserver observer, CancellationToken cancellation)
    {
        if (options.Evaluate is null && kept is not { Length: >= LeastTokens })
            return report;
        var tokenizer = Tokenizer.Load(source);
        var reference = Load(source, mapped: true);
        ModelQuantization.RequireDecoder(reference, options.Evaluate ?? "evaluation");
        // what may be deleted next is not left mapped
        var judged = Load(result, mapped: false);
        var window = Math.Min(PerplexityRecipe.LongestWindow, reference.ContextLength);
        var tokens = options.Evaluate is { } path ? CalibrationText.Tokens(path, tokenizer, options.EvaluationTokens, out _) : [.. kept!];
        if (options.Evaluate is not null && tokenizer.BeginOfText is { } begin)
            tokens.Insert(0, begin);
        if (tokens.Count < LeastTokens)
            throw new InkstoneRequestException("there is too little text to compare on", nameof(options.Evaluate), $"{LeastTokens} tokens", $"{tokens.Count}");
        observer.Stage("comparing");
        var quality = ModelComparison.Measure(reference, judged, tokens.ToArray(), Math.Min(window, tokens.Count), new ObserverTokens(observer, tokens.Count), cancellation);
        var missed = new List<string>();
        if (options.MaxPerplexityIncrease is { } most && !(quality.PerplexityIncrease <= most))
            missed.Add(FormattableString.Invariant($"the perplexity rises by {quality.PerplexityIncrease:F3} %; allowed are {most} %"));
        if (options.MinAgreement is { } least && !(100 * quality.Agreement >= least))
            missed.Add(FormattableString.Invariant($"the first choice is the same in {100 * quality.Agreement:F3} % of places; {least} % are asked for"));
        return report with { Quality = quality, Missed = missed, Exists = missed.Count == 0 || options.Keep };
    }

    private static Model Load(string path, bool mapped)
    {
        using var file = GgufFile.Open(path);
        return GgufModel.Load(file, null, LoadOptions.ForUse with { Mapped = mapped });
    }
}

/// <summary>Tells an observer how many tokens are done.</summary>
internal sealed class ObserverTokens(IRecipeObserver observer, long total) : IProgress<long>
{
    public void Report(long value) => observer.Progress(value, total, "tokens");
}
