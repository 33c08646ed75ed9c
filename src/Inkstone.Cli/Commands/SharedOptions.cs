using System.CommandLine;

namespace Inkstone.Cli;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON on standard output; progress goes to standard error." };

    public static Option<bool> NoChat() => new("--no-chat") { Description = "End when the model is trained, without a prompt." };

    public static Option<string?> Text() => new("--text")
    {
        Description = "A file or folder of text (.txt .md .html .xml .json .jsonl, source code). Default: the API documentation of the .NET SDK.",
        HelpName = "PATH",
    };

    public static Option<double?> Temperature() => new("--temperature") { Description = "Below 1 surer, above 1 bolder, 0 always the most probable. Default 0.7." };

    public static Option<int> MaxTokens(int byDefault) => new("--max-tokens") { Description = "The most tokens to write.", DefaultValueFactory = _ => byDefault };

    public static Option<int> TopK() => new("--top-k") { Description = "Only this many of the most probable tokens (0: all)." };

    public static Option<double> TopP() => new("--top-p") { Description = "Only the most probable tokens that sum to this.", DefaultValueFactory = _ => 0.95 };

    public static Option<double> MinP() => new("--min-p") { Description = "Only tokens at least this share as probable as the most probable." };

    public static Option<double> RepetitionPenalty() => new("--repetition-penalty") { Description = "Makes repeated tokens less likely (1: not).", DefaultValueFactory = _ => 1.0 };

    public static Option<string[]> Stop() => new("--stop") { Description = "A text that ends the answer; may be given more than once.", AllowMultipleArgumentsPerToken = false };

    public static Option<long> Seed(long byDefault) => new("--seed") { Description = "The same seed gives the same result.", DefaultValueFactory = _ => byDefault };
}
