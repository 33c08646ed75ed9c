using System.CommandLine;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class TokenizerSegmentCommand
{
    public static Command Create()
    {
        var dictionary = new Option<string>("--dictionary") { Description = "Lines of a word, its count and perhaps a tag.", HelpName = "FILE", Required = true };
        var model = new Option<string?>("--model") { Description = "What cuts words that the dictionary does not hold.", HelpName = "FILE" };
        var text = new Option<string?>("--text") { Description = "The text. Default: standard input." };
        var json = SharedOptions.Json();
        var command = new Command(
            "segment",
            """
            Cut Chinese text into words, printed with spaces between them.

            Examples:
              inkstone tokenizer segment --dictionary dict.txt --text "今天天气真好"
              inkstone tokenizer segment --dictionary dict.txt --model unknown-words.json < novel.txt
            """)
        {
            dictionary, model, text, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var segmenter = SegmentationRecipe.Load(result.GetValue(dictionary)!, result.GetValue(model));
            var input = result.GetValue(text) ?? await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
                JsonOutput.Print(new { words = segmenter.Cut(input) });
            else
                Console.WriteLine(string.Join('\n', input.Split('\n').Select(line => string.Join(' ', segmenter.Cut(line)))));
        });
        return command;
    }

    public static Command CreateTrain()
    {
        var text = new Argument<string>("TEXT") { Description = "A file of segmented text: a sentence a line, words apart by spaces." };
        var dictionary = new Option<string?>("--dictionary") { Description = "The dictionary that the model will stand beside. Default: one is counted from the text.", HelpName = "FILE" };
        var counted = new Option<string>("--dictionary-output") { Description = "Where a counted dictionary goes.", HelpName = "FILE", DefaultValueFactory = _ => "dictionary.txt" };
        var uncut = new Option<bool>("--uncut") { Description = "The text is not cut into words: find words in it, and write a dictionary only." };
        var output = new Option<string>("--output", "-o") { Description = "Where the model of unknown words goes.", HelpName = "FILE", DefaultValueFactory = _ => "unknown-words.json" };
        var command = new Command(
            "segment-train",
            """
            Train what tokenizer segment uses, on text that is cut into words already, or find words in text that is not.

            Examples:
              inkstone tokenizer segment-train segmented.txt
              inkstone tokenizer segment-train segmented.txt --dictionary dict.txt --output unknown-words.json
              inkstone tokenizer segment-train novels/ --uncut --dictionary-output words.txt
            """)
        {
            text, dictionary, counted, uncut, output,
        };
        command.SetAction((result, cancellation) => Task.Run(() =>
        {
            if (result.GetValue(uncut))
            {
                using var observer = RunConsole.Observer(false);
                var words = SegmentationRecipe.FindWords(result.GetValue(text)!, result.GetValue(dictionary), result.GetValue(counted)!, observer, cancellation);
                observer.Dispose();
                Console.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{words.Found:N0} words found, {words.Dictionary.Count:N0} in {result.GetValue(counted)}. Use it: inkstone tokenizer segment --dictionary {result.GetValue(counted)}"));
                return;
            }
            var (given, file) = (result.GetValue(dictionary), result.GetValue(output)!);
            SegmentationRecipe.Train(result.GetValue(text)!, given, result.GetValue(counted)!, file);
            Console.WriteLine($"A model of unknown words in {file}. Use it: inkstone tokenizer segment --dictionary {given ?? result.GetValue(counted)} --model {file}");
        }, CancellationToken.None));
        return command;
    }
}
