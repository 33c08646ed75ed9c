using System.CommandLine;

namespace Inkstone.Cli;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON on standard output; progress goes to standard error." };

    public static Option<bool> IgnoreMemory() => new("--ignore-memory") { Description = "Load a model that does not seem to fit." };

    public static Option<bool> NoChat() => new("--no-chat") { Description = "End when the model is trained, without a prompt." };

    public static Option<string?> Text() => new("--text")
    {
        Description = "A file or folder of text (.txt .md .html .xml .json .jsonl, source code). Default: the API documentation of the .NET SDK.",
        HelpName = "PATH",
    };

    public static Option<long> Seed(long byDefault) => new("--seed") { Description = "The same seed gives the same result.", DefaultValueFactory = _ => byDefault };
}
