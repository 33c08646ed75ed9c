using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>The rules of the ragged flat form (documents back to back and the index where each starts), checked in one place.</summary>
internal static class DocumentBatch
{
    /// <summary>Throws unless the starts are 0 = s₀ &lt; s₁ &lt; … &lt; <paramref name="tokenCount"/>, or both are empty.</summary>
    /// <exception cref="InkstoneShapeException">They are not.</exception>
    public static void CheckStarts(int tokenCount, ReadOnlySpan<int> documentStarts, string where)
    {
        if (documentStarts.IsEmpty && tokenCount == 0)
            return;
        if (documentStarts.IsEmpty || documentStarts[0] != 0)
            throw new InkstoneShapeException("the documents do not begin at the first token", where, "documentStarts[0] = 0",
                documentStarts.IsEmpty ? "no starts" : Text(documentStarts[0]));
        for (var i = 0; i < documentStarts.Length; i++)
        {
            var end = i + 1 < documentStarts.Length ? documentStarts[i + 1] : tokenCount;
            if (end <= documentStarts[i])
                throw new InkstoneShapeException("a document is empty or begins after the last token", where,
                    "starts that ascend and stay below " + Text(tokenCount), $"document {Text(i)} from {Text(documentStarts[i])} to {Text(end)}");
        }
    }

    /// <summary>Throws unless there is one output an input token.</summary>
    /// <exception cref="InkstoneShapeException">The counts differ.</exception>
    public static void CheckOutput(int tokenCount, int outputCount, string where)
    {
        if (outputCount != tokenCount)
            throw new InkstoneShapeException("the output does not have one entry a token", where, Text(tokenCount), Text(outputCount));
    }

    /// <summary>Throws unless every id is in 0 … <paramref name="vocabularySize"/> − 1.</summary>
    /// <exception cref="InkstoneRequestException">One is not.</exception>
    public static void CheckIds(ReadOnlySpan<int> tokens, int vocabularySize, string where)
    {
        var outside = tokens.IndexOfAnyExceptInRange(0, vocabularySize - 1);
        if (outside >= 0)
            throw new InkstoneRequestException("a token id is not in the vocabulary", where, $"0 to {Text(vocabularySize - 1)}",
                $"{Text(tokens[outside])} at index {Text(outside)}", "Encode the text with the tokenizer this model was made for.");
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
