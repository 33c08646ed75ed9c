using System.CommandLine;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Inference;
using Inkstone.Recipes;

namespace Inkstone.Cli;

/// <summary>The options by which an answer is kept to a form.</summary>
internal sealed class GrammarSettings
{
    private const long LargestFile = 16 << 20;

    private readonly Option<string?> _schema = new("--json-schema") { Description = "The answer is JSON that is valid against the schema in a file.", HelpName = "FILE" };
    private readonly Option<string?> _grammar = new("--grammar") { Description = "The answer matches the grammar (GBNF) in a file.", HelpName = "FILE" };
    private readonly Option<string?> _regex = new("--regex") { Description = "The whole answer matches a regular expression.", HelpName = "EXPRESSION" };

    public IReadOnlyList<Option> All => [_schema, _grammar, _regex];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    /// <summary>The form, read before a model is; null for none.</summary>
    public Grammar? Read(ParseResult result)
    {
        if (All.Count(option => GenerationSettings.IsGiven(result, option)) > 1)
            throw new InkstoneRequestException("an answer has one form", "--json-schema, --grammar, --regex", "one of them");
        return result.GetValue(_schema) is { } schema ? Grammar.FromJsonSchema(Text(schema))
            : result.GetValue(_grammar) is { } grammar ? Grammar.FromGbnf(Text(grammar))
            : result.GetValue(_regex) is { } regex ? Grammar.FromRegex(regex) : null;
    }

    /// <summary>What keeps one answer to a form.</summary>
    public static ITokenConstraint? Constrain(Grammar? grammar, ModelSession session) =>
        grammar is null ? null : GrammarConstraint.Create(grammar, TokenVocabulary.Of(session.Tokenizer, [.. session.Defaults.EndTokens]));

    private static string Text(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LargestFile ? File.ReadAllText(path)
                : throw new InkstoneRequestException("the file is too large", path, $"at most {LargestFile >> 20} MiB");
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Explain(error, "cannot read the file", path);
        }
    }
}
