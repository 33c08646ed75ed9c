using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Training;

/// <content>From text to tokens.</content>
public sealed partial class TokenDataset
{
    /// <summary>Encodes texts, each a document, on several threads; empty texts are left out.</summary>
    /// <param name="texts">The texts, read once.</param>
    /// <param name="tokenizer">Its begin-of-text and end-of-text tokens open and close each document.</param>
    /// <param name="contextLength">The most rows of a sequence.</param>
    /// <exception cref="InkstoneRequestException">There is no text, or the tokenizer has no tokens that open and close a document.</exception>
    public static TokenDataset Pack(IEnumerable<string> texts, Tokenizer tokenizer, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var begin = tokenizer.BeginOfText ?? throw NoRole("opens");
        var end = tokenizer.EndOfText ?? throw NoRole("closes");
        var bytesOfToken = new int[tokenizer.VocabularySize];
        for (var id = 0; id < bytesOfToken.Length; id++)
            bytesOfToken[id] = tokenizer.IsSpecial(id) ? 0 : tokenizer.TokenBytes(id).Length;
        return Build(tokenizer.EncodeAll(texts.Where(text => text.Length > 0)), begin, end, contextLength, bytesOfToken);
    }

    private static InkstoneRequestException NoRole(string does) =>
        new($"the tokenizer has no token that {does} a document", "TokenDataset", "a tokenizer with begin-of-text and end-of-text tokens",
            fix: "Train it with special tokens, or name their roles when it is read.");
}
