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
        var kind = new Option<TokenizerKind>("--kind") { Description = "What is trained.", DefaultValueFactory = _ => TokenizerKind.ByteLevelBpe };
        var preTokenizer = new Option<PreTokenizerKind>("--pre-tokenizer") { Description = "How text is cut before bytes are merged.", DefaultValueFactory = _ => PreTokenizerKind.Gpt4 };
        var special = new Option<string[]>("--special") { Description = "A control token; may be given more than once. Default those usual with the kind, such as <|endoftext|>." };
        var user = new Option<string[]>("--user-defined") { Description = "A token that is text and always matched as a whole; may be given more than once." };
        var alphabet = new Option<int?>("--alphabet-limit") { Description = "The most different characters that begin the vocabulary (BPE of characters, WordPiece)." };
        var coverage = new Option<double>("--coverage") { Description = "The share of all characters that the vocabulary covers (SentencePiece's kinds, characters).", DefaultValueFactory = _ => 0.9995 };
        var digits = new Option<bool>("--split-digits") { Description = "Each digit is a piece by itself." };
        var lowercase = new Option<bool>("--lowercase") { Description = "Lower-case text first." };
        var fallback = new Option<bool>("--byte-fallback") { Description = "Characters that are not covered become their bytes (SentencePiece's kinds)." };
        var seed = SharedOptions.Seed(0);
        var json = SharedOptions.Json();
        var command = new Command(
            "train",
            """
            Train a tokenizer on text. SentencePiece's kinds, unigram and sentencePieceBpe, are saved as a .model where the output is named
            so; all else, and they too, as Hugging Face's tokenizer.json.

            Examples:
              inkstone tokenizer train docs/ --vocabulary 8192 --output docs-tokenizer.json
              inkstone tokenizer train notes.txt --vocabulary 4096 --allow-smaller --json
              inkstone tokenizer train novels/ --kind unigram --vocabulary 16000 --output novels.model
              inkstone tokenizer train novels/ --kind wordPiece --lowercase --vocabulary 30000
            """)
        {
            text, output, kind, vocabulary, smaller, frequency, preTokenizer, special, user, alphabet, coverage, digits, lowercase, fallback, seed, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var options = new TokenizerTrainerOptions
                {
                    VocabularySize = result.GetValue(vocabulary),
                    MinimumFrequency = result.GetValue(frequency),
                    Kind = result.GetValue(kind),
                    PreTokenizer = result.GetValue(preTokenizer),
                    UserDefined = result.GetValue(user) ?? [],
                    AlphabetLimit = result.GetValue(alphabet),
                    CharacterCoverage = result.GetValue(coverage),
                    SplitsDigits = result.GetValue(digits),
                    Lowercases = result.GetValue(lowercase),
                    HasByteFallback = result.GetValue(fallback),
                    Seed = result.GetValue(seed),
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
                {
                    if (trained.Result.SampledShare < 1)
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pieces were sought in {trained.Result.SampledShare:P1} of the text, sampled by seed {options.Seed}"));
                    if (trained.Result.DroppedPieces > 0)
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trained.Result.DroppedPieces:N0} of the rarest distinct words were dropped for memory"));
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{trained.Result.Tokenizer.VocabularySize:N0} tokens from {Sizes.Bytes(trained.Result.Bytes)} of text in {file}"));
                }
            },
            CancellationToken.None));
        return command;
    }
}
