using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>The prompt in the terminal: the person begins, the model goes on.</summary>
internal static class ChatPrompt
{
    public static async Task RunAsync(ModelSession session, GenerationOptions options, CancellationToken cancellation)
    {
        Console.WriteLine("This is a base model: it continues text, it does not answer. Begin a sentence and it goes on.");
        Console.WriteLine("Type /bye (or press Ctrl-D) to leave, /help for more.");
        for (var turn = 0; !cancellation.IsCancellationRequested; turn++)
        {
            Console.Write("\n> ");
            // reading a line cannot be cancelled; Ctrl-C while it waits ends the prompt
            var line = await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
            switch (line?.Trim())
            {
                case null or "/bye" or "/exit" or "/quit":
                    return;
                case "/help":
                    Console.WriteLine("/temperature X   how bold it is (now " + Text(options.Temperature) + ")\n/tokens N        the most it writes (now " + options.MaxTokens + ")\n/bye             leave");
                    continue;
                case var command when command.StartsWith('/'):
                    options = Change(options, command);
                    continue;
            }
            try
            {
                Console.Write(line);
                await foreach (var piece in session.Engine.GenerateAsync(line!, options with { Seed = options.Seed + turn }, cancellation).ConfigureAwait(false))
                    Console.Write(piece.Text);
                Console.WriteLine();
            }
            catch (InkstoneRequestException error)
            {
                Console.WriteLine($"\n{error.Message}");
            }
        }
    }

    private static GenerationOptions Change(GenerationOptions options, string command)
    {
        var parts = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var changed = parts switch
        {
            ["/temperature", var text] when double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) => options with { Temperature = value },
            ["/tokens", var text] when int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) => options with { MaxTokens = value },
            _ => null,
        };
        try
        {
            if (changed is null)
                throw new InkstoneRequestException("there is no such command", command, "/temperature X, /tokens N, /help or /bye");
            changed.Validate();
            return changed;
        }
        catch (InkstoneRequestException error)
        {
            Console.WriteLine(error.Message);
            return options;
        }
    }

    private static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
