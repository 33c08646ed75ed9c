using System.CommandLine;
using System.Globalization;
using Inkstone.Recipes;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerEditCommand
{
    private const string MapHelp = "Where each old id went, as JSON, for moving the rows of an embedding. Default: beside the output, named .ids.json.";

    public static Command Create() => new(
        "edit",
        """
        Change a tokenizer of any kind, and write a map from its old ids to the new ones.

        Examples:
          inkstone tokenizer edit add tokenizer.json "<|tool|>" "<|call|>" --special --output more.json
          inkstone tokenizer edit prune tokenizer.json novels/ --vocabulary 16000 --output small.json
          inkstone tokenizer edit continue tokenizer.model manuals/ --vocabulary 40000 --output more.model
          inkstone tokenizer edit merge tokenizer.json other.json --output both.json
        """)
    {
        CreateAdd(), CreatePrune(), CreateContinue(), CreateMerge(),
    };

    private static Command CreateAdd()
    {
        var (file, output, map, json) = Shared();
        var tokens = new Argument<string[]>("TOKEN") { Description = "The texts of the tokens.", Arity = ArgumentArity.OneOrMore };
        var special = new Option<bool>("--special") { Description = "They are control tokens, which text never becomes unless it is asked for." };
        var command = new Command(
            "add",
            """
            Add tokens that are matched as wholes. Old ids stay.

            Examples:
              inkstone tokenizer edit add tokenizer.json "<|tool|>" "<|call|>" --special --output more.json
            """)
        {
            file, tokens, special, output, map, json,
        };
        command.SetAction(result =>
        {
            Print(TokenizerEditing.Add(result.GetValue(file)!, result.GetValue(tokens)!, result.GetValue(special), result.GetValue(output)!, result.GetValue(map)), result.GetValue(output)!, result.GetValue(json));
            return 0;
        });
        return command;
    }

    private static Command CreatePrune()
    {
        var (file, output, map, json) = Shared();
        var text = new Argument<string>("TEXT") { Description = "A file or folder of text that shows which tokens are used." };
        var vocabulary = new Option<int>("--vocabulary") { Description = "How many tokens are to be left.", Required = true };
        var command = new Command(
            "prune",
            """
            Remove the tokens that a text uses least. Text that used none of them becomes the same tokens as before.

            Examples:
              inkstone tokenizer edit prune tokenizer.json novels/ --vocabulary 16000 --output small.json
            """)
        {
            file, text, vocabulary, output, map, json,
        };
        command.SetAction((result, _) => Task.Run(
            () =>
            {
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var edited = TokenizerEditing.Prune(result.GetValue(file)!, result.GetValue(text)!, result.GetValue(vocabulary), result.GetValue(output)!, result.GetValue(map), observer);
                observer.Dispose();
                Print(edited, result.GetValue(output)!, asJson);
            },
            CancellationToken.None));
        return command;
    }

    private static Command CreateContinue()
    {
        var (file, output, map, json) = Shared();
        var text = new Argument<string>("TEXT") { Description = "A file or folder of new text." };
        var vocabulary = new Option<int>("--vocabulary") { Description = "Tokens in all, old ones included.", Required = true };
        var frequency = new Option<long>("--minimum-frequency") { Description = "A pair or word must occur this often to become a token (not for unigram).", DefaultValueFactory = _ => 2 };
        var coverage = new Option<double>("--coverage") { Description = "The share of all characters of the text that the vocabulary covers.", DefaultValueFactory = _ => 0.9995 };
        var smaller = new Option<bool>("--allow-smaller") { Description = "Where the text supports fewer tokens, make fewer; otherwise that is an error." };
        var seed = SharedOptions.Seed(0);
        var command = new Command(
            "continue",
            """
            Go on training on new text: BPE, WordPiece, unigram, lists of words. Old ids, rules and scores stay.

            Examples:
              inkstone tokenizer edit continue tokenizer.json manuals/ --vocabulary 40000 --output more.json
            """)
        {
            file, text, vocabulary, frequency, coverage, smaller, seed, output, map, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var options = new ContinuedTrainingOptions
                {
                    VocabularySize = result.GetValue(vocabulary),
                    MinimumFrequency = result.GetValue(frequency),
                    CharacterCoverage = result.GetValue(coverage),
                    AllowSmaller = result.GetValue(smaller),
                    Seed = result.GetValue(seed),
                };
                var asJson = result.GetValue(json);
                using var observer = RunConsole.Observer(asJson);
                var edited = TokenizerEditing.Continue(result.GetValue(file)!, result.GetValue(text)!, options, result.GetValue(output)!, result.GetValue(map), observer, cancellation);
                observer.Dispose();
                Print(edited, result.GetValue(output)!, asJson);
            },
            CancellationToken.None));
        return command;
    }

    private static Command CreateMerge()
    {
        var (file, output, map, json) = Shared();
        var other = new Argument<string>("OTHER") { Description = "A tokenizer of the same kind, whose tokens are added." };
        var command = new Command(
            "merge",
            """
            Put the tokens of two tokenizers of one kind into one. The first's ids stay.

            Examples:
              inkstone tokenizer edit merge tokenizer.json other.json --output both.json
            """)
        {
            file, other, output, map, json,
        };
        command.SetAction(result =>
        {
            Print(TokenizerEditing.Merge(result.GetValue(file)!, result.GetValue(other)!, result.GetValue(output)!, result.GetValue(map)), result.GetValue(output)!, result.GetValue(json));
            return 0;
        });
        return command;
    }

    private static (Argument<string> File, Option<string> Output, Option<string?> Map, Option<bool> Json) Shared() =>
    (
        TokenizerCommand.FileArgument(),
        new("--output", "-o") { Description = "The file to write; its name says the form: .json (Hugging Face), .model (SentencePiece), .tiktoken (ranks), .txt (vocab.txt).", Required = true },
        new("--map") { Description = MapHelp, HelpName = "FILE" },
        SharedOptions.Json()
    );

    private static void Print(EditedTokenizer edited, string output, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Print(new { output, edited.Map, vocabularySize = edited.Tokenizer.VocabularySize, edited.OldCount, edited.Kept, edited.Unreached, skippedFiles = edited.SkippedCount });
            return;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{edited.Tokenizer.ModelName}, {edited.Tokenizer.VocabularySize:N0} tokens, in {output}; {edited.Kept:N0} of {edited.OldCount:N0} old ones are there, map in {edited.Map}"));
        if (edited.Unreached > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{edited.Unreached:N0} tokens of the second are cut otherwise by the first's rules or scores"));
    }
}
