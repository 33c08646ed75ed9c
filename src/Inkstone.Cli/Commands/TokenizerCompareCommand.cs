using System.CommandLine;
using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Recipes;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerCompareCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("TOKENIZER") { Description = "Tokenizers: files or folders, each perhaps with a name, as in gpt2=vocabularies/gpt2/tokenizer.json.", Arity = ArgumentArity.OneOrMore };
        var texts = new Option<string[]>("--text") { Description = "A file or folder of text, perhaps with a name, as in english=novels/; may be given more than once.", Required = true };
        var svg = new Option<string?>("--svg") { Description = "Also draw the comparison into this file.", HelpName = "FILE" };
        var json = SharedOptions.Json();
        var command = new Command(
            "compare",
            """
            Compare tokenizers on texts: bytes a token, tokens a word, and the share of unknown tokens.

            Examples:
              inkstone tokenizer compare mine=tokenizer.json gpt2/tokenizer.json --text english=novels/ --text code=src/
              inkstone tokenizer compare a.json b.json --text notes.txt --svg comparison.svg
            """)
        {
            files, texts, svg, json,
        };
        command.SetAction(result =>
        {
            (string, Tokenizer)[] tokenizers = [.. Named(result.GetValue(files)!).Select(file => (file.Name, Tokenizer.Load(file.Path)))];
            var scores = TokenizerComparison.Run(tokenizers, [.. Named(result.GetValue(texts)!)]);
            if (result.GetValue(svg) is { } drawing)
                DurableFiles.Instance.WriteAtomically(drawing, System.Text.Encoding.UTF8.GetBytes(TokenizerComparison.ToSvg(scores)));
            if (result.GetValue(json))
            {
                JsonOutput.Print(new { scores });
                return 0;
            }
            var (nameWidth, textWidth) = (Math.Max(9, scores.Max(score => score.Tokenizer.Length)), Math.Max(4, scores.Max(score => score.Text.Length)));
            Console.WriteLine($"{"text".PadRight(textWidth)}  {"tokenizer".PadRight(nameWidth)}  {"bytes/token",11}  {"tokens/word",11}  {"unknown",8}  {"tokens",12}");
            foreach (var score in scores)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{score.Text.PadRight(textWidth)}  {score.Tokenizer.PadRight(nameWidth)}  {score.BytesPerToken,11:F3}  {score.TokensPerWord,11:F3}  {score.UnknownRate,8:P2}  {score.Tokens,12:N0}"));
            }
            return 0;
        });
        return command;
    }

    /// <summary>Names and paths: of name=path the name, else the file's own, with its folder where two are alike.</summary>
    private static IEnumerable<(string Name, string Path)> Named(string[] arguments)
    {
        var names = new HashSet<string>();
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=');
            var path = argument[(equals + 1)..].TrimEnd('/', '\\');
            var name = equals > 0 ? argument[..equals] : Path.GetFileNameWithoutExtension(path);
            if (names.Contains(name) && equals <= 0)
                name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) + "/" + name;
            if (path.Length == 0 || !names.Add(name))
                throw new InkstoneRequestException("two names are alike, or a path is missing", argument, expected: "NAME=PATH");
            yield return (name, path);
        }
    }
}
