using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Inkstone.Corpus;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerCommand
{
    public static Command Create() => new("tokenizer", "Train a tokenizer, or use one.") { Train(), Encode(), Decode() };

    private static Command Train()
    {
        var text = new Argument<string>("TEXT") { Description = "A file or folder of text." };
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", DefaultValueFactory = _ => "tokenizer.json" };
        var vocabulary = new Option<int>("--vocabulary") { Description = "Tokens in all.", DefaultValueFactory = _ => 8_192 };
        var frequency = new Option<long>("--minimum-frequency") { Description = "A pair must occur this often to be merged.", DefaultValueFactory = _ => 2 };
        var kind = new Option<PreTokenizerKind>("--pre-tokenizer") { Description = "How text is cut before merging.", DefaultValueFactory = _ => PreTokenizerKind.Gpt4 };
        var special = new Option<string[]>("--special") { Description = "A control token; may be given more than once. Default <|endoftext|>." };
        var json = SharedOptions.Json();
        var command = new Command(
            "train",
            """
            Train a byte-level BPE tokenizer on text, saved as Hugging Face's tokenizer.json.

            Example:
              inkstone tokenizer train docs/ --vocabulary 8192 --output docs-tokenizer.json
            """)
        {
            text, output, vocabulary, frequency, kind, special, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var options = new BpeTrainerOptions
                {
                    VocabularySize = result.GetValue(vocabulary),
                    MinimumFrequency = result.GetValue(frequency),
                    PreTokenizer = result.GetValue(kind),
                };
                if (result.GetValue(special) is { Length: > 0 } tokens)
                    options = options with { SpecialTokens = tokens };
                var skipped = new List<SkippedFile>();
                var documents = TextSource.Read(result.GetValue(text)!, new TextSourceOptions { Skipped = skipped.Add });
                var bytes = 0L;
                var tokenizer = BpeTrainer.Train(documents.Select(document => Counted(document.Text, ref bytes)), options, cancellation: cancellation);
                DurableFiles.Instance.WriteAtomically(result.GetValue(output)!, tokenizer.ToJson());
                foreach (var file in skipped.Take(20))
                    Console.Error.WriteLine($"skipped {file.Name}: {file.Why}");
                if (skipped.Count > 20)
                    Console.Error.WriteLine($"and {skipped.Count - 20} more files skipped");
                Console.WriteLine(result.GetValue(json)
                    ? JsonSerializer.Serialize(new { output = result.GetValue(output), vocabularySize = tokenizer.VocabularySize, textBytes = bytes, skippedFiles = skipped.Count })
                    : string.Create(CultureInfo.InvariantCulture, $"{tokenizer.VocabularySize:N0} tokens from {bytes / 1e6:F1} MB of text in {result.GetValue(output)}"));
            },
            cancellation));
        return command;
    }

    private static Command Encode()
    {
        var (file, text, json) = (FileArgument(), new Option<string?>("--text") { Description = "The text. Default: standard input." }, SharedOptions.Json());
        var special = new Option<bool>("--special") { Description = "Match control tokens in the text, which otherwise are text." };
        var command = new Command("encode", "Turn text into token ids.\n\nExample:\n  inkstone tokenizer encode tokenizer.json --text \"bright moonlight\"") { file, text, special, json };
        command.SetAction(async (result, cancellation) =>
        {
            var tokenizer = Tokenizer.Load(result.GetValue(file)!);
            var input = result.GetValue(text) ?? await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false);
            var ids = tokenizer.Encode(input, result.GetValue(special) ? Specials.All : null);
            Console.WriteLine(result.GetValue(json)
                ? JsonSerializer.Serialize(new { ids, tokens = ids.Select(tokenizer.IdToToken) })
                : string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))));
        });
        return command;
    }

    private static Command Decode()
    {
        var (file, ids, json) = (FileArgument(), new Argument<string[]>("IDS") { Description = "Token ids. Default: standard input.", Arity = ArgumentArity.ZeroOrMore }, SharedOptions.Json());
        var command = new Command("decode", "Turn token ids into text.\n\nExample:\n  inkstone tokenizer decode tokenizer.json 17 42 256") { file, ids, json };
        command.SetAction(async (result, cancellation) =>
        {
            var tokenizer = Tokenizer.Load(result.GetValue(file)!);
            var words = result.GetValue(ids) is { Length: > 0 } given ? given : (await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var numbers = words.Select(word => Id(word, tokenizer)).ToArray();
            var decoded = tokenizer.Decode(numbers);
            Console.WriteLine(result.GetValue(json) ? JsonSerializer.Serialize(new { text = decoded }) : decoded);
        });
        return command;
    }

    private static Argument<string> FileArgument() => new("TOKENIZER") { Description = "A tokenizer.json." };

    private static int Id(string word, Tokenizer tokenizer) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < tokenizer.VocabularySize
            ? id
            : throw new InkstoneRequestException("this is no token id", "IDS", $"0 to {tokenizer.VocabularySize - 1}", word);

    private static string Counted(string text, ref long bytes)
    {
        bytes += System.Text.Encoding.UTF8.GetByteCount(text);
        return text;
    }
}
