using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerTrainCommand
{
    public static Command Create()
    {
        var text = new Argument<string>("TEXT") { Description = "A file or folder of text." };
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", DefaultValueFactory = _ => "tokenizer.json" };
        var vocabulary = new Option<int>("--vocabulary") { Description = "Tokens in all.", DefaultValueFactory = _ => 8_192 };
        var smaller = new Option<bool>("--allow-smaller") { Description = "Where the text supports fewer tokens, make fewer; otherwise that is an error." };
        var frequency = new Option<long>("--minimum-frequency") { Description = "A pair must occur this often to be merged.", DefaultValueFactory = _ => 2 };
        var kind = new Option<PreTokenizerKind>("--pre-tokenizer") { Description = "How text is cut before merging.", DefaultValueFactory = _ => PreTokenizerKind.Gpt4 };
        var special = new Option<string[]>("--special") { Description = "A control token; may be given more than once. Default <|endoftext|>." };
        var json = SharedOptions.Json();
        var command = new Command(
            "train",
            """
            Train a byte-level BPE tokenizer on text, saved as Hugging Face's tokenizer.json.

            Examples:
              inkstone tokenizer train docs/ --vocabulary 8192 --output docs-tokenizer.json
              inkstone tokenizer train notes.txt --vocabulary 4096 --allow-smaller --json
            """)
        {
            text, output, vocabulary, smaller, frequency, kind, special, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var options = new BpeTrainerOptions
                {
                    VocabularySize = result.GetValue(vocabulary),
                    MinimumFrequency = result.GetValue(frequency),
                    PreTokenizer = result.GetValue(kind),
                    AllowSmaller = result.GetValue(smaller),
                };
                if (result.GetValue(special) is { Length: > 0 } tokens)
                    options = options with { SpecialTokens = tokens };
                var file = result.GetValue(output)!;
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var trained = TokenizerRecipe.Train(result.GetValue(text)!, file, options, observer, cancellation);
                observer.Dispose();
                if (asJson)
                    JsonOutput.Print(new { output = file, vocabularySize = trained.Result.Tokenizer.VocabularySize, textBytes = trained.Result.Bytes, skippedFiles = trained.SkippedCount });
                else
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{trained.Result.Tokenizer.VocabularySize:N0} tokens from {Sizes.Bytes(trained.Result.Bytes)} of text in {file}"));
            },
            CancellationToken.None));
        return command;
    }
}
