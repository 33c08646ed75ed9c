using System.CommandLine;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>What a checkpoint says of generation, as lines on standard error and as a member of JSON results.</summary>
internal static class DefaultsText
{
    /// <summary>Options whose name is not that of the file's member.</summary>
    private static readonly Dictionary<string, string> Options = new()
    {
        ["typical_p"] = "--typical",
        ["max_new_tokens"] = "--max-tokens",
        ["min_new_tokens"] = "--min-tokens",
        ["stop_strings"] = "--stop",
        ["do_sample"] = "--temperature",
        ["temp"] = "--temperature",
        ["penalty_repeat"] = "--repetition-penalty",
        ["penalty_last_n"] = "--repetition-window",
    };

    /// <summary>Writes what is applied and what is not, where the checkpoint says anything.</summary>
    public static void Write(ModelSession session, ParseResult result)
    {
        var defaults = session.Defaults;
        if (defaults.Source.Length == 0 && defaults.EndTokens.Count <= 1)
            return;
        var ends = string.Join(", ", defaults.EndTokens.Select(token => GenerationDefaults.Show(token, session.Tokenizer)));
        var applied = string.Concat(defaults.Applied.Select(value => $"{value.Key} {value.Value}{Overridden(value.Key, result)}, "));
        Console.Error.WriteLine(TerminalText.Safe($"defaults{(defaults.Source.Length > 0 ? " of " + defaults.Source : "")}: {applied}end tokens {(ends.Length > 0 ? ends : "none")}"));
        if (defaults.NotApplied.Count > 0)
            Console.Error.WriteLine(TerminalText.Safe($"not applied: {string.Join(", ", defaults.NotApplied.Select(value => $"{value.Key} {value.Value}"))}"));
    }

    /// <summary>The same for JSON.</summary>
    public static object ForJson(GenerationDefaults defaults, ParseResult result) => new
    {
        defaults.Source,
        defaults.EndTokens,
        Applied = defaults.Applied.Where(value => Overridden(value.Key, result).Length == 0).DistinctBy(value => value.Key).ToDictionary(value => value.Key, value => value.Value),
        NotApplied = defaults.NotApplied.DistinctBy(value => value.Key).ToDictionary(value => value.Key, value => value.Value),
    };

    private static string Overridden(string name, ParseResult result)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        var option = Options.GetValueOrDefault(last, "--" + last.Replace('_', '-'));
        return result.CommandResult.Command.Options.FirstOrDefault(known => known.Name == option) is { } found && GenerationSettings.IsGiven(result, found) ? $" (overridden by {option})" : "";
    }
}
