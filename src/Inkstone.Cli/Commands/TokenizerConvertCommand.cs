using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class TokenizerConvertCommand
{
    public static Command Create()
    {
        var file = TokenizerCommand.FileArgument();
        var output = new Option<string>("--output", "-o") { Description = "The file to write; its name says the form: .json (Hugging Face), .model (SentencePiece), .tiktoken (ranks), .txt (vocab.txt).", Required = true };
        var text = new Option<string?>("--text") { Description = "Check the result on this file or folder: say on how many lines the ids differ.", HelpName = "PATH" };
        var json = SharedOptions.Json();
        var command = new Command(
            "convert",
            """
            Write a tokenizer in another form, and check that it does the same.

            Examples:
              inkstone tokenizer convert tokenizer.model --output tokenizer.json --text novels/
              inkstone tokenizer convert cl100k_base.tiktoken --output tokenizer.json
              inkstone tokenizer convert bert-vocab.txt --output tokenizer.json
            """)
        {
            file, output, text, json,
        };
        command.SetAction(result =>
        {
            var target = result.GetValue(output)!;
            var converted = TokenizerConversion.Convert(result.GetValue(file)!, target, result.GetValue(text));
            if (result.GetValue(json))
                JsonOutput.Print(new { output = target, vocabularySize = converted.Tokenizer.VocabularySize, converted.Lines, converted.DifferentLines });
            else
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{converted.Tokenizer.ModelName}, {converted.Tokenizer.VocabularySize:N0} tokens, in {target}"));
                if (converted.Lines > 0)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{converted.DifferentLines:N0} of {converted.Lines:N0} lines are encoded otherwise"));
            }
            return 0;
        });
        return command;
    }
}
