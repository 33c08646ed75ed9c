using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>The prompt in the terminal: the person begins, the model goes on.</summary>
internal static class ChatPrompt
{
    public static async Task RunAsync(ModelSession session, GenerationOptions options, CancellationToken cancellation, Func<ITokenConstraint?>? constraint = null)
    {
        Console.WriteLine("This is a base model: it continues text, it does not answer. Begin a sentence and it goes on.");
        Console.WriteLine("Ctrl-C stops it in the middle; /bye (or Ctrl-D) leaves; /help says more.");
        for (var turn = 0; ; turn++)
        {
            Console.Write("\n> ");
            var line = await StandardStreams.ReadLineAsync(cancellation).ConfigureAwait(false);
            switch (line?.Trim())
            {
                case null or "/bye" or "/exit" or "/quit":
                    return;
                case "/help":
                    Console.WriteLine(HelpOf(options));
                    continue;
                case var command when command.StartsWith('/'):
                    options = Change(options, command);
                    continue;
            }
            await AnswerAsync(session.Engine, line!, options with { Seed = options.Seed + turn, Constraint = constraint?.Invoke() }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The commands of a prompt.</summary>
    public static string HelpOf(GenerationOptions options) =>
        Invariant($"/temperature X   how bold it is (now {options.Temperature})\n/tokens N        the most it writes (now {options.MaxTokens})\n/bye             leave");

    private static async Task AnswerAsync(InferenceEngine engine, string line, GenerationOptions options, CancellationToken cancellation)
    {
        using var answer = StopSignals.BeginAnswer();
        try
        {
            await GenerationConsole.StreamAsync(engine, line, options, answer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Console.WriteLine(" [stopped]");
        }
        catch (InkstoneRequestException error)
        {
            Console.WriteLine(error.Message);
        }
        finally
        {
            StopSignals.EndAnswer();
        }
    }

    /// <summary>The options that a command leaves; what is wrong with it is told.</summary>
    public static GenerationOptions Change(GenerationOptions options, string command)
    {
        var changed = command.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["/temperature", var text] when double.TryParse(text, CultureInfo.InvariantCulture, out var value) => options with { Temperature = value },
            ["/tokens", var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var value) => options with { MaxTokens = value },
            _ => null,
        };
        try
        {
            if (changed is null)
                throw new InkstoneRequestException("there is no such command", Excerpt.Of(command), "/temperature X, /tokens N, /help or /bye");
            changed.Validate();
            return changed;
        }
        catch (InkstoneRequestException error)
        {
            Console.WriteLine(error.Message);
            return options;
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
