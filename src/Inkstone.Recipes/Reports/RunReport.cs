using System.Globalization;
using Inkstone.Corpus;
using Inkstone.Foundation.Drawing;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>The page that a run leaves behind: <c>report.md</c> and the loss curve beside it as <c>loss.svg</c>.</summary>
public static class RunReport
{
    /// <summary>The page.</summary>
    /// <param name="outcome">The run.</param>
    /// <param name="title">Its title.</param>
    /// <param name="curve">The curve's file name.</param>
    /// <param name="bars">The comparison's file name.</param>
    public static string Markdown(RunOutcome outcome, string title, string curve, string bars)
    {
        var plan = outcome.Plan;
        var facts = outcome.Facts;
        var page = new MarkdownWriter().Heading(1, title).Paragraph(Summary(outcome)).Image("Training loss and held-out score over tokens", curve);
        if (outcome.Score is { } score)
        {
            page.Heading(2, "Bits per byte of held-out text").Image("Bits per byte of the model and the baselines", bars)
                .Table(["", "bits per byte", "passed at minute", "remark"], Scores(outcome), "lrrl")
                .Paragraph($"Bits per byte are nats, document ends included, over ln 2 times the UTF-8 bytes of the held-out text alone. The model saw at most {score.ContextLength} tokens of "
                    + "a document at a time. The minute is that of the first score below the baseline's on a sample of the held-out text, taken in the course of training; brotli's is that of "
                    + "all held-out text.");
        }
        page.Heading(2, "What it writes");
        foreach (var sample in outcome.Samples)
            page.Paragraph(sample.Ended ? "It ended this one by itself:" : "It was cut off here:").CodeBlock(sample.Prompt + sample.Text, "text");
        page.Heading(2, "The plan, and how it held").Table(["", "planned", "was"], PlanRows(outcome), "lrr")
            .Heading(2, "The text").Table(["", ""],
            [
                ["source", facts.Corpus.Path ?? "the API documentation of the .NET SDK"],
                ["held out by", GroupingName(facts.Corpus.Grouping)],
                ["documents read", Number(facts.Corpus.DocumentsRead)],
                ["left out: empty, exact duplicates, near duplicates",
                    $"{Number(facts.Corpus.EmptyDocuments)}, {Number(facts.Corpus.ExactDuplicates)}, {Number(facts.Corpus.NearDuplicates)}"],
                ["training", $"{Number(facts.Corpus.TrainDocuments)} documents, {Number(facts.Corpus.TrainBytes)} bytes, {Number(facts.TrainTokens)} tokens"],
                ["held out", $"{Number(facts.Corpus.ValidationDocuments)} documents, {Number(facts.Corpus.ValidationBytes)} bytes, {Number(facts.ValidationTokens)} tokens"],
                ["files skipped", Number(facts.Corpus.SkippedCount)],
                ["tokens of the vocabulary", Number(facts.VocabularySize)],
            ])
            .Heading(2, "The machine").Table(["", ""],
            [
                ["processor", plan.Machine.Processor],
                ["threads", Number(plan.Machine.Cores)],
                ["single-precision peak, measured", $"{Fixed(plan.Machine.PeakGflops, 0)} GFLOP/s"],
                ["reached in training", $"{Fixed(outcome.TrainingGflops, 0)} GFLOP/s, {Fixed(100 * outcome.TrainingGflops / plan.Machine.PeakGflops, 0)} % of it"],
            ]);
        return page.ToString();
    }

    /// <summary>The curve of training loss and held-out score.</summary>
    /// <param name="outcome">The run.</param>
    /// <param name="losses">Each step's tokens so far and bits per byte.</param>
    public static string Curve(RunOutcome outcome, IReadOnlyList<(double Tokens, double BitsPerByte)> losses)
    {
        var (scale, unit) = outcome.Tokens < 1_000_000 ? (1e3, "thousand tokens") : (1e6, "million tokens");
        return new LineChart
        {
            Title = "Bits per byte in training",
            Subtitle = $"{outcome.Plan.Size}, {Amount(outcome.Plan.Parameters)} parameters, {Amount(outcome.Tokens)} tokens",
            XLabel = unit,
            YLabel = "bits per byte",
            YMaximum = 3,
            Series =
            [
                new ChartSeries("training batches", Thin(losses, scale), SeriesStyle.Faint),
                new ChartSeries("held-out sample", [.. outcome.Validations.Select(point => (point.Tokens / scale, point.BitsPerByte))], SeriesStyle.Dots),
            ],
            References = [.. outcome.Facts.Baselines.Where(baseline => baseline.BitsPerByte is not null).Select(baseline => new ChartReference(baseline.Name, baseline.BitsPerByte!.Value))],
            Markers = HasDecay(outcome.Plan) && outcome.Steps > outcome.DecayStart
                ? [new ChartMarker("decay begins", outcome.DecayStart * (double)outcome.Plan.Training.BatchRows * outcome.Plan.Training.Accumulation / scale)]
                : [],
        }.ToSvg();
    }

    /// <summary>The comparison with the baselines.</summary>
    public static string Bars(RunOutcome outcome) => new BarChart
    {
        Title = "Bits per byte of held-out text",
        Subtitle = "lower is better",
        Bars =
        [
            .. outcome.Facts.Baselines.Where(baseline => baseline.BitsPerByte is not null).Select(baseline => new ChartBar(baseline.Name, baseline.BitsPerByte!.Value)),
            new ChartBar("this model", outcome.Score?.BitsPerByte ?? (outcome.Validations.Count > 0 ? outcome.Validations[^1].BitsPerByte : 0), Emphasised: true),
        ],
    }.ToSvg();

    private static string Summary(RunOutcome outcome)
    {
        var time = outcome.Seconds < 120 ? $"{Fixed(outcome.Seconds, 0)} seconds" : $"{Fixed(outcome.Seconds / 60, 1)} minutes";
        var text = $"A model of {Amount(outcome.Plan.Parameters)} parameters, trained on {Amount(outcome.Tokens)} tokens in {time}. ";
        if (outcome.Score is not { } score)
            return text + "The run was stopped before its end.";
        var beaten = outcome.Facts.Baselines.Count(baseline => baseline.BitsPerByte > score.BitsPerByte);
        var measured = outcome.Facts.Baselines.Count(baseline => baseline.BitsPerByte is not null);
        return text + $"It needs {Fixed(score.BitsPerByte, 3)} bits per byte of held-out text, fewer than {(beaten == measured ? "all" : $"{beaten} of")} the {measured} baselines.";
    }

    private static IEnumerable<IReadOnlyList<string>> Scores(RunOutcome outcome)
    {
        foreach (var baseline in outcome.Facts.Baselines)
            yield return
            [
                baseline.Name, baseline.BitsPerByte is { } bits ? Fixed(bits, 3) : "—",
                outcome.MinutePassed(baseline) is { } minute ? Fixed(minute, 1) : "never", baseline.Remark,
            ];
        yield return [MarkdownWriter.Bold("this model"), Fixed(outcome.Score!.BitsPerByte, 3), "", string.Create(CultureInfo.InvariantCulture, $"perplexity {outcome.Score.Perplexity:F1} a token")];
    }

    private static IEnumerable<IReadOnlyList<string>> PlanRows(RunOutcome outcome)
    {
        var plan = outcome.Plan;
        yield return ["size", $"{plan.Size}: width {plan.Model.Width}, {plan.Model.LayerCount} layers, {plan.Model.HeadCount} heads", ""];
        yield return ["parameters", Number(plan.Parameters), ""];
        yield return ["steps", Number(plan.PlannedSteps), Number(outcome.Steps)];
        yield return ["tokens", Number(plan.Tokens), Number(outcome.Tokens)];
        if (HasDecay(plan))
            yield return ["decay from step", Number(plan.PlannedSteps - (plan.Training.DecaySteps ?? 0)), Number(outcome.DecayStart)];
        yield return ["GFLOP/s in training", Fixed(plan.Machine.TrainingGflops, 0), Fixed(outcome.TrainingGflops, 0)];
        yield return ["memory", $"{Number(plan.MemoryBytes >> 20)} MiB", ""];
        yield return ["seconds", Fixed(plan.BudgetSeconds ?? plan.TotalSeconds, 0), Fixed(outcome.Seconds, 0)];
        foreach (var stage in plan.Stages)
            yield return [$"– {stage.Name}", Fixed(stage.Seconds, 1), ""];
    }

    private static bool HasDecay(TrainingPlan plan) => plan.Training.Schedule == ScheduleKind.WarmupStableDecay;

    /// <summary>At most some hundreds of points, each the mean of its neighbours.</summary>
    private static IReadOnlyList<(double, double)> Thin(IReadOnlyList<(double Tokens, double BitsPerByte)> losses, double scale)
    {
        var stride = Math.Max(1, losses.Count / 300);
        return [.. losses.Chunk(stride).Select(chunk => (chunk.Average(point => point.Tokens) / scale, chunk.Average(point => point.BitsPerByte)))];
    }

    private static string GroupingName(CorpusGrouping grouping) => grouping switch
    {
        CorpusGrouping.DeclaringType => "declaring type: no overload of a training member is held out",
        CorpusGrouping.File => "file",
        _ => "block of paragraphs",
    };

    private static string Amount(long count) => count < 1_000_000 ? $"{Fixed(count / 1e3, 1)} thousand" : $"{Fixed(count / 1e6, 2)} million";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Fixed(double value, int decimals) => value.ToString("F" + decimals, CultureInfo.InvariantCulture);
}
