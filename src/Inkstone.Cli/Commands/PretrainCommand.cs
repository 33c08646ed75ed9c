using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class PretrainCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = "A JSON file with the whole run; the other options change it.", HelpName = "FILE" };
        var text = SharedOptions.Text();
        var size = new Option<string?>("--size") { Description = $"One of {string.Join(", ", ModelSize.All.Select(s => s.Name))}." };
        var steps = new Option<int?>("--steps") { Description = "Updates." };
        var rate = new Option<double?>("--learning-rate") { Description = "The full learning rate." };
        var seed = new Option<long?>("--seed") { Description = "The same seed gives the same bits." };
        var output = new Option<string?>("--output") { Description = "The run's folder." };
        var json = SharedOptions.Json();
        var command = new Command(
            "pretrain",
            """
            Pretrain a model by the letter of a configuration; quickstart is the command that plans for you.

            Examples:
              inkstone pretrain --size small --steps 5000 --output runs/small
              inkstone pretrain --config run.json --seed 7

            A configuration's keys: text, vocabularySize, model {width, layerCount, headCount, …}, training {steps, batchRows, learningRate, …}, seed, output.
            """)
        {
            config, text, size, steps, rate, seed, output, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = result.GetValue(config) is { } file ? PretrainOptions.Read(file) : new PretrainOptions();
            if (result.GetValue(size) is { } name)
                options = options with { Model = ModelSize.Named(name).Config(options.VocabularySize, options.Model.ContextLength) };
            if (result.GetValue(steps) is { } count)
                options = options with { Training = Planner.Options(Math.Max(1, count), options.Seed) with { Steps = count, LearningRate = options.Training.LearningRate } };
            if (result.GetValue(rate) is { } learningRate)
                options = options with { Training = options.Training with { LearningRate = learningRate } };
            options = options with
            {
                Text = result.GetValue(text) ?? options.Text,
                Seed = result.GetValue(seed) ?? options.Seed,
                Output = result.GetValue(output) ?? options.Output,
            };
            var asJson = result.GetValue(json);
            var outcome = RunConsole.Watch(asJson, observer => PretrainRecipe.Run(options, observer, null, cancellation));
            return RunConsole.FinishAsync(outcome, asJson, chat: false, cancellation);
        });
        return command;
    }
}
