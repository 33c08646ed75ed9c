using System.CommandLine;
using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerDecodeCommand
{
    public static Command Create()
    {
        var file = TokenizerCommand.FileArgument();
        var ids = new Argument<string[]>("IDS") { Description = "Token ids. Default: standard input.", Arity = ArgumentArity.ZeroOrMore };
        var json = SharedOptions.Json();
        var command = new Command(
            "decode",
            """
            Turn token ids into text.

            Examples:
              inkstone tokenizer decode tokenizer.json 17 42 256
              inkstone tokenizer encode tokenizer.json < poem.txt | inkstone tokenizer decode tokenizer.json
            """)
        {
            file, ids, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var tokenizer = Tokenizer.Load(result.GetValue(file)!);
            var words = result.GetValue(ids) is { Length: > 0 } given
                ? given
                : (await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var decoded = tokenizer.Decode([.. words.Select(word => Id(word, tokenizer))]);
            if (result.GetValue(json))
                JsonOutput.Print(new { text = decoded });
            else
                Console.WriteLine(Console.IsOutputRedirected ? decoded : TerminalText.Safe(decoded));
        });
        return command;
    }

    private static int Id(string word, Tokenizer tokenizer) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < tokenizer.VocabularySize
            ? id
            : throw new InkstoneRequestException("this is no token id", "IDS", string.Create(CultureInfo.InvariantCulture, $"0 to {tokenizer.VocabularySize - 1}"), Excerpt.Of(word));
}
