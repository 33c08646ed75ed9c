using System.CommandLine;
using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Cli;

/// <summary>
/// Runs a command line and turns what comes of it into an exit code: 0 done, 1 failure, 2 wrong usage, 3 not found, 4 bad file or data, 5 no space or memory, 6 not finite, 130
/// interrupted, 143 terminated.
/// </summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        StandardStreams.ReplaceClosed();
        using var listening = StopSignals.Listen();
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return await FailAsync($"See: {string.Join(' ', Path(parsed.CommandResult.Command))} --help", 2).ConfigureAwait(false);
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, StopSignals.Command)
                .ConfigureAwait(false);
        }
        catch (InkstoneException error)
        {
            return await FailAsync(InTermsOf(parsed.CommandResult.Command, error), error.ExitCode).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("stopped", StopSignals.ExitCode).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OutOfMemoryException or InsufficientMemoryException)
        {
            return await FailAsync("There is not enough memory. Try a smaller model, a smaller batch or less text.", 5).ConfigureAwait(false);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            var explained = FileErrors.Explain(error, "reading or writing failed", "standard output or a file");
            return await FailAsync(explained.Message, explained.ExitCode).ConfigureAwait(false);
        }
        catch (Exception error) when (Environment.GetEnvironmentVariable("INKSTONE_TRACE") is null)
        {
            // the process boundary: a defect of ours still ends with a sentence and a way to say more
            return await FailAsync($"An unexpected error: {error.GetType().Name}: {error.Message}\nRun again with INKSTONE_TRACE=1 to see where, and report it.", 1)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Options whose name is not that of the property they set.</summary>
    private static readonly Dictionary<string, string> OtherNames = new()
    {
        ["Width"] = "--beams",
        ["AnswerCount"] = "--answers",
        ["TopLogProbabilities"] = "--logprobs",
        ["PromptLogProbabilities"] = "--logprobs",
        ["DryBreakers"] = "--dry-breaker",
        ["CacheStorage"] = "--cache",
    };

    /// <summary>The message, with a library's property (MaxTokens) called by the name of the option that sets it (--max-tokens).</summary>
    internal static string InTermsOf(Command command, InkstoneException error)
    {
        if (error is not InkstoneRequestException { Where: { } where } || !where.All(char.IsLetterOrDigit))
            return error.Message;
        var kebab = "--" + string.Concat(where.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLower(c, CultureInfo.InvariantCulture) : c.ToString()));
        kebab = OtherNames.GetValueOrDefault(where, kebab);
        var option = command.Options.Select(option => option.Name).Where(name => kebab == name || kebab.StartsWith(name + "-", StringComparison.Ordinal)).MaxBy(name => name.Length);
        return option is null ? error.Message : option + error.Message[where.Length..];
    }

    private static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync(message).ConfigureAwait(false);
        return code;
    }

    /// <summary>The names from the tool down to a command.</summary>
    private static IEnumerable<string> Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? [.. Path(parent), command.Name] : ["inkstone"];
}
