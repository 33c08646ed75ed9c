using System.CommandLine;
using System.Globalization;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerEncodeCommand
{
    public static Command Create()
    {
        var file = TokenizerCommand.FileArgument();
        var text = new Option<string?>("--text") { Description = "The text. Default: standard input." };
        var special = new Option<bool>("--special") { Description = "Match control tokens in the text, which otherwise are text." };
        var json = SharedOptions.Json();
        var command = new Command(
            "encode",
            """
            Turn text into token ids.

            Examples:
              inkstone tokenizer encode tokenizer.json --text "bright moonlight"
              inkstone tokenizer encode tokenizer.json --json < poem.txt
            """)
        {
            file, text, special, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var tokenizer = Tokenizer.Load(result.GetValue(file)!);
            var input = result.GetValue(text) ?? await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false);
            var ids = tokenizer.Encode(input, result.GetValue(special) ? Specials.All : null);
            if (result.GetValue(json))
                JsonOutput.Print(new { ids, tokens = ids.Select(tokenizer.IdToToken) });
            else
                Console.WriteLine(string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))));
        });
        return command;
    }
}
