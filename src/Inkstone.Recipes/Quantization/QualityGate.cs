using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
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
        using var right = OpenCheckpoint.Open(source);
        using var made = OpenCheckpoint.Open(result);
        var (reference, judged) = (right.Prepare(), made.Prepare());
        ModelQuantization.RequireDecoder(reference, options.Evaluate ?? "evaluation");
        var window = Math.Min(PerplexityRecipe.LongestWindow, reference.ContextLength);
        var tokens = options.Evaluate is { } path ? CalibrationText.Tokens(path, tokenizer, options.EvaluationTokens, out _) : [.. kept!];
        if (options.Evaluate is not null && tokenizer.BeginOfText is { } begin)
            tokens.Insert(0, begin);
        if (tokens.Count < LeastTokens)
            throw new InkstoneRequestException("there is too little text to compare on", nameof(options.Evaluate), $"{LeastTokens} tokens", $"{tokens.Count}");
        // what may be deleted next is not left mapped
        var copied = LoadOptions.ForUse with { Mapped = false };
        var memory = ServingMemory.OfPasses(judged, made.Measure(judged, copied), window).Beside(ServingMemory.OfPasses(reference, right.Measure(reference), window));
        observer.Note(memory.Sentence(MachineMemory.Read()));
        right.Load(reference);
        made.Load(judged, copied);
        observer.Stage("comparing");
        var quality = ModelComparison.Measure(reference, judged, tokens.ToArray(), Math.Min(window, tokens.Count), new ObserverTokens(observer, tokens.Count), cancellation);
        var missed = new List<string>();
        if (options.MaxPerplexityIncrease is { } most && !(quality.PerplexityIncrease <= most))
            missed.Add(FormattableString.Invariant($"the perplexity rises by {quality.PerplexityIncrease:F3} %; allowed are {most} %"));
        if (options.MinAgreement is { } least && !(100 * quality.Agreement >= least))
            missed.Add(FormattableString.Invariant($"the first choice is the same in {100 * quality.Agreement:F3} % of places; {least} % are asked for"));
        return report with { Quality = quality, Missed = missed, Exists = missed.Count == 0 || options.Keep };
    }
}

/// <summary>Tells an observer how many tokens are done.</summary>
internal sealed class ObserverTokens(IRecipeObserver observer, long total) : IProgress<long>
{
    public void Report(long value) => observer.Progress(value, total, "tokens");
}
