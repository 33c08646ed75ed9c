using System.CommandLine;
using System.Globalization;
using System.Text;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerInspectCommand
{
    // Of the 256 colours of terminals, light ones on which black is read well.
    private static readonly int[] Backgrounds = [153, 157, 229, 219, 216];

    public static Command Create()
    {
        var file = TokenizerCommand.FileArgument();
        var text = new Option<string?>("--text") { Description = "Show how this text is cut: pieces over the source, with ids and offsets. Without it: what the tokenizer is." };
        var special = new Option<bool>("--special") { Description = "Match control tokens in the text, and add those that the tokenizer puts about a text." };
        var json = SharedOptions.Json();
        var command = new Command(
            "inspect",
            """
            Show what a tokenizer is, or how it cuts a text.

            Examples:
              inkstone tokenizer inspect tokenizer.json
              inkstone tokenizer inspect tokenizer.json --text "bright moonlight"
              inkstone tokenizer inspect bert/vocab.txt --text "bright moonlight" --special --json
            """)
        {
            file, text, special, json,
        };
        command.SetAction(result =>
        {
            var tokenizer = Tokenizer.Load(result.GetValue(file)!);
            if (result.GetValue(text) is not { } source)
                Summarise(tokenizer, result.GetValue(json));
            else
                Show(tokenizer, source, result.GetValue(special), result.GetValue(json));
            return 0;
        });
        return command;
    }

    private static void Summarise(Tokenizer tokenizer, bool asJson)
    {
        var templates = tokenizer.Config?.ChatTemplates.Keys ?? [];
        if (asJson)
        {
            JsonOutput.Print(new
            {
                model = tokenizer.ModelName,
                vocabularySize = tokenizer.VocabularySize,
                stages = tokenizer.Stages,
                addedTokens = tokenizer.AddedTokens,
                beginOfText = tokenizer.BeginOfText,
                endOfText = tokenizer.EndOfText,
                unknown = tokenizer.UnknownToken,
                chatTemplates = templates,
            });
            return;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokenizer.ModelName}, {tokenizer.VocabularySize:N0} tokens"));
        Console.WriteLine("stages     " + string.Join(" → ", tokenizer.Stages));
        Console.WriteLine("begin      " + Name(tokenizer, tokenizer.BeginOfText));
        Console.WriteLine("end        " + Name(tokenizer, tokenizer.EndOfText));
        Console.WriteLine("unknown    " + Name(tokenizer, tokenizer.UnknownToken));
        var shown = tokenizer.AddedTokens.Take(20).Select(token => string.Create(CultureInfo.InvariantCulture, $"{token.Content} ({token.Id}{(token.IsSpecial ? "" : ", text")})"));
        Console.WriteLine("added      " + string.Join(", ", shown) + (tokenizer.AddedTokens.Count > 20 ? string.Create(CultureInfo.InvariantCulture, $" and {tokenizer.AddedTokens.Count - 20} more") : ""));
        Console.WriteLine("templates  " + (templates.Any() ? string.Join(", ", templates) : "none"));
    }

    private static void Show(Tokenizer tokenizer, string source, bool special, bool asJson)
    {
        var encoding = tokenizer.EncodeDetailed(source, null, new() { Specials = special ? Specials.All : Specials.None, AddSpecial = special });
        if (asJson)
        {
            JsonOutput.Print(new { tokens = encoding.Tokens.Select(token => new { token.Id, token.Token, start = token.Offset.Start, end = token.Offset.End, word = token.WordIndex, added = token.IsSpecial }) });
            return;
        }
        if (!Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
        {
            Console.WriteLine(Coloured(source, encoding));
            Console.WriteLine();
        }
        Console.WriteLine($"{"id",8}  {"start",6} {"end",6}  token");
        foreach (var token in encoding.Tokens)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{token.Id,8}  {token.Offset.Start,6} {token.Offset.End,6}  {token.Token}{(token.IsSpecial ? "  (added)" : "")}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{encoding.Count} tokens, {Encoding.UTF8.GetByteCount(source)} bytes, {source.Length} UTF-16 units"));
    }

    /// <summary>The source with the part each token stands for on a background of its own; tokens that share a character share its colour.</summary>
    private static string Coloured(string source, TokenEncoding encoding)
    {
        var coloured = new StringBuilder();
        var (position, number) = (0, 0);
        foreach (var (start, end) in encoding.Offsets.Where(offset => offset.Length > 0).Distinct())
        {
            if (end <= position)
                continue;
            var from = Math.Max(start, position);
            coloured.Append(Safe(source[position..from]));
            coloured.Append(CultureInfo.InvariantCulture, $"\e[30;48;5;{Backgrounds[number++ % Backgrounds.Length]}m{Safe(source[from..end])}\e[0m");
            position = end;
        }
        return coloured.Append(Safe(source[position..])).ToString();
    }

    // Controls of the text do not reach the terminal; a line end is shown where it stands.
    private static string Safe(string text) => string.Concat(text.Select(character => character switch { '\n' => "↵", '\t' => "→", _ when char.IsControl(character) => "\uFFFD", _ => character.ToString() }));

    private static string Name(Tokenizer tokenizer, int? id) => id is { } known ? string.Create(CultureInfo.InvariantCulture, $"{tokenizer.IdToToken(known)} ({known})") : "none";
}
