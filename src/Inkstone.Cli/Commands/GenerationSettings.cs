using System.CommandLine;
using Inkstone.Inference;

namespace Inkstone.Cli;

/// <summary>The options of writing text, as generate and chat have them.</summary>
internal sealed class GenerationSettings(int maxTokens)
{
    private readonly Option<int> _maxTokens = SharedOptions.MaxTokens(maxTokens);
    private readonly Option<double?> _temperature = SharedOptions.Temperature();
    private readonly Option<int> _topK = SharedOptions.TopK();
    private readonly Option<double> _topP = SharedOptions.TopP();
    private readonly Option<double> _minP = SharedOptions.MinP();
    private readonly Option<double> _penalty = SharedOptions.RepetitionPenalty();
    private readonly Option<string[]> _stop = SharedOptions.Stop();
    private readonly Option<long> _seed = SharedOptions.Seed(0);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_maxTokens, _temperature, _topK, _topP, _minP, _penalty, _stop, _seed])
            command.Options.Add(option);
    }

    public GenerationOptions Read(ParseResult result) => new()
    {
        MaxTokens = result.GetValue(_maxTokens),
        Temperature = result.GetValue(_temperature) ?? 0.7,
        TopK = result.GetValue(_topK),
        TopP = result.GetValue(_topP),
        MinP = result.GetValue(_minP),
        RepetitionPenalty = result.GetValue(_penalty),
        Stop = result.GetValue(_stop) ?? [],
        Seed = result.GetValue(_seed),
    };
}
