using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>Shows a run while it goes on, and what came of it.</summary>
internal static class RunConsole
{
    /// <summary>Who shows a recipe's progress: on standard output, or on standard error where JSON has that.</summary>
    public static RunObserver Observer(bool asJson) => new(asJson ? Console.Error : Console.Out, asJson ? !Console.IsErrorRedirected : !Console.IsOutputRedirected);

    public static RunOutcome Watch(bool asJson, Func<IRecipeObserver, RunOutcome> run)
    {
        using var observer = Observer(asJson);
        return run(observer);
    }

    public static async Task<int> FinishAsync(RunOutcome outcome, bool asJson, bool chat, CancellationToken cancellation)
    {
        if (asJson)
            JsonOutput.Print(Summary(outcome));
        if (outcome.Stopped)
        {
            await Console.Error.WriteLineAsync($"Stopped at step {outcome.Steps}; a checkpoint is saved. Go on with: inkstone resume {outcome.Folder}").ConfigureAwait(false);
            return StopSignals.ExitCode;
        }
        if (!asJson)
            Console.WriteLine($"\nThe report is in {Path.Combine(outcome.Folder, "report.md")}. Talk to the model again with: inkstone chat {outcome.Folder}\n");
        if (chat && !Console.IsInputRedirected)
        {
            await using var session = ModelSession.Open(outcome.Folder, RunObserver.Notes);
            await ChatPrompt.RunAsync(session, new GenerationOptions { MaxTokens = 200, Temperature = 0.7, TopP = 0.95 }, cancellation).ConfigureAwait(false);
        }
        return 0;
    }

    private static object Summary(RunOutcome outcome) => new
    {
        folder = outcome.Folder,
        stopped = outcome.Stopped,
        parameters = outcome.Plan.Parameters,
        steps = outcome.Steps,
        tokens = outcome.Tokens,
        seconds = outcome.Seconds,
        gflops = outcome.TrainingGflops,
        peakGflops = outcome.Plan.Machine.PeakGflops,
        bitsPerByte = outcome.Score?.BitsPerByte,
        perplexity = outcome.Score?.Perplexity,
        baselines = outcome.Facts.Baselines.Select(baseline => new { name = baseline.Name, bitsPerByte = baseline.BitsPerByte, minutePassed = outcome.MinutePassed(baseline) }),
    };
}
