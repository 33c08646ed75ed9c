using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Evaluation;

/// <summary>A document to be scored: its token ids, and how many bytes its text has.</summary>
/// <param name="Tokens">BOS, text, EOS.</param>
/// <param name="TextBytes">UTF-8 bytes of the text alone, whatever the tokenizer made of it; the same for every model compared.</param>
public readonly record struct EvaluationDocument(ReadOnlyMemory<int> Tokens, long TextBytes)
{
    /// <summary>A document for a model over bytes (<see cref="ByteVocabulary"/>).</summary>
    /// <param name="utf8">The text.</param>
    public static EvaluationDocument FromBytes(ReadOnlySpan<byte> utf8) => new(ByteVocabulary.Encode(utf8), utf8.Length);

    /// <summary>A document for a model over bytes (<see cref="ByteVocabulary"/>).</summary>
    /// <param name="text">The text, which is encoded as UTF-8.</param>
    public static EvaluationDocument FromBytes(string text) => FromBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Throws unless the document can be scored.</summary>
    internal void Check(long index)
    {
        if (Tokens.IsEmpty || TextBytes < 0)
            throw new InkstoneRequestException("a document cannot be scored", FormattableString.Invariant($"document {index}"),
                "at least one token (BOS) and no negative length", FormattableString.Invariant($"{Tokens.Length} tokens, {TextBytes} bytes"));
    }
}
