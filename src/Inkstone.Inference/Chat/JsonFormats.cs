using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>JSON formats of answers as grammars over a tokenizer's vocabulary.</summary>
internal static class JsonFormats
{
    /// <summary>What an answer of the format must look like.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The schema has something that is not supported; the error names it.</exception>
    public static ITokenConstraint Constrain(ChatResponseFormatJson format, Tokenizer tokenizer) => GrammarConstraint.Create(
        format.Schema is { } schema ? Grammar.FromJsonSchema(schema.GetRawText()) : Grammar.JsonObject, TokenVocabulary.Of(tokenizer));
}
