using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>A plan as lines of text.</summary>
internal static class PlanText
{
    public static void Write(TextWriter output, TrainingPlan plan, RunFacts facts)
    {
        output.WriteLine();
        output.WriteLine(Line($"  machine      {plan.Machine.Processor}, {plan.Machine.Cores} threads, {plan.Machine.PeakGflops:F0} GFLOP/s peak; training at about {plan.Machine.TrainingGflops:F0}"));
        output.WriteLine(Line($"  text         {facts.Corpus.TrainDocuments:N0} documents, {Sizes.Bytes(facts.Corpus.TrainBytes)}, {Sizes.Count(facts.TrainTokens)} tokens; held out {Sizes.Bytes(facts.Corpus.ValidationBytes)}"));
        output.WriteLine(Line($"  model        {plan.Size}: {Sizes.Count(plan.Parameters)} parameters, width {plan.Model.Width}, {plan.Model.LayerCount} layers, vocabulary {plan.Model.VocabularySize:N0}, context {plan.Model.ContextLength}"));
        output.WriteLine(Line($"  training     {plan.PlannedSteps:N0} steps of {plan.Training.BatchRows:N0} tokens, {Sizes.Count(plan.Tokens)} in all; memory about {plan.MemoryBytes / 1048576.0:F0} MiB"));
        foreach (var baseline in facts.Baselines)
            output.WriteLine(baseline.BitsPerByte is { } bits ? Line($"  to beat      {bits:F3} bits per byte: {baseline.Name} ({baseline.Remark})") : $"  to beat      {baseline.Name}: {baseline.Remark}");
        foreach (var stage in plan.Stages)
            output.WriteLine(Line($"  {(stage.Done ? "took" : "plan")} {stage.Seconds,7:F1} s  {stage.Name}"));
        output.WriteLine(Line($"  together about {Sizes.Time(plan.TotalSeconds)}"));
        output.WriteLine();
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
