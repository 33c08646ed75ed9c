using Inkstone.Corpus;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>What became of a conversion.</summary>
/// <param name="Tokenizer">The tokenizer as it was written.</param>
/// <param name="Lines">On how many lines of text it was checked.</param>
/// <param name="DifferentLines">How many of them it encodes otherwise than the one it was made of.</param>
public sealed record ConvertedTokenizer(Tokenizer Tokenizer, long Lines, long DifferentLines);

/// <summary>From one form of a tokenizer's file to another.</summary>
public static class TokenizerConversion
{
    /// <summary>Reads a tokenizer, writes it in the form that the output's name says, reads it back and compares.</summary>
    /// <param name="input">A file or folder, in the forms <see cref="Tokenizer.Load"/> reads.</param>
    /// <param name="output">The file to write: .json, .model, .tiktoken or .txt.</param>
    /// <param name="text">A file or folder of text to compare on; null for none.</param>
    /// <exception cref="InkstoneException">The tokenizer cannot be read, or has no such form.</exception>
    public static ConvertedTokenizer Convert(string input, string output, string? text = null)
    {
        var tokenizer = Tokenizer.Load(input);
        var bytes = ToBytes(tokenizer, output);
        DurableFiles.Instance.WriteAtomically(output, bytes);
        var back = Path.GetExtension(output) == ".tiktoken" && tokenizer.PreTokenizer is { } scanner
            ? Tokenizer.FromRanks(bytes, scanner, [.. tokenizer.AddedTokens.Where(token => token.IsSpecial)]) : Tokenizer.Load(output, tokenizer.Roles);
        var (lines, different) = (0L, 0L);
        if (text is not null)
        {
            foreach (var line in TextSource.Read(text).SelectMany(document => document.Text.Split('\n')))
            {
                lines++;
                different += tokenizer.Encode(line).AsSpan().SequenceEqual(back.Encode(line)) ? 0 : 1;
            }
        }
        return new(back, lines, different);
    }

    /// <summary>A tokenizer in the form that a file's name says.</summary>
    /// <exception cref="InkstoneRequestException">It has no such form.</exception>
    internal static byte[] ToBytes(Tokenizer tokenizer, string output) => Path.GetExtension(output) switch
    {
        ".json" => tokenizer.WithStages().ToJson(),
        ".model" => tokenizer.ToSentencePiece(),
        ".tiktoken" => tokenizer.ToRanks(),
        ".txt" => tokenizer.ToVocabulary(),
        _ => throw new InkstoneRequestException("the form of the output cannot be told from its name", output, ".json, .model, .tiktoken or .txt"),
    };
}
