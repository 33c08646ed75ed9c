using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Vocabularies in files of their own: <c>vocab.txt</c>, and <c>vocab.json</c> with <c>merges.txt</c>. They say nothing about the stages around the model.</summary>
internal static class VocabularyFiles
{
    /// <summary>The tokens of a vocab.txt: one a line, the line's number the id.</summary>
    /// <exception cref="InkstoneFormatException">The file is no UTF-8, empty, or names a token twice.</exception>
    public static List<string> ReadLines(ReadOnlySpan<byte> file, string name)
    {
        var text = ToText(file, name);
        string[] lines = text.Split('\n');
        var tokens = new List<string>(lines.Length);
        var seen = new HashSet<string>();
        for (var number = 0; number < lines.Length; number++)
        {
            var token = lines[number].TrimEnd('\r');
            if (token.Length == 0 && number == lines.Length - 1)
                break; // what follows the last line end
            if (token.Length > 0 && !seen.Add(token))
                throw new InkstoneFormatException("a token is listed twice", string.Create(CultureInfo.InvariantCulture, $"{name}, line {number + 1}"), found: token);
            tokens.Add(token);
        }
        return tokens.Count > 0 ? tokens : throw new InkstoneFormatException("a vocabulary without tokens", name);
    }

    /// <summary>The rules of a merges.txt: two tokens a line, a space between them; a first line may name a version.</summary>
    /// <exception cref="InkstoneFormatException">The file is no UTF-8, or a line is no rule.</exception>
    public static List<(string Left, string Right)> ReadMerges(ReadOnlySpan<byte> file, string name)
    {
        string[] lines = ToText(file, name).Split('\n');
        var merges = new List<(string, string)>(lines.Length);
        for (var number = 0; number < lines.Length; number++)
        {
            var line = lines[number].TrimEnd('\r');
            if (line.Length == 0 || (number == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            if (line.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw new InkstoneFormatException("a line is no merge", string.Create(CultureInfo.InvariantCulture, $"{name}, line {number + 1}"), "two tokens with a space between them", line);
            merges.Add((left, right));
        }
        return merges;
    }

    /// <summary>A model out of a vocab.json and a merges.txt.</summary>
    /// <param name="vocabulary">The value of the vocab.json.</param>
    /// <param name="merges">The rules.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="options">How pieces begin; byte-level, if it says so.</param>
    /// <param name="listed">Which of the added tokens the vocabulary lists too.</param>
    public static BytePairModel ToBytePair(JsonValue vocabulary, List<(string Left, string Right)> merges, List<AddedToken> added, BytePairOptions options, out HashSet<int> listed)
    {
        var reader = VocabularyReader.FromObject(vocabulary, added);
        listed = reader.Listed;
        var pieces = options.IsByteLevel ? reader.ToBytePieces(vocabulary) ?? throw vocabulary.Error("not a byte-level vocabulary: it does not cover all bytes") : reader.ToPieces(vocabulary);
        var ids = reader.Names.Select((token, id) => (token, id)).Where(pair => pair.token is not null).ToDictionary(pair => pair.token!, pair => pair.id);
        var rules = new Merge[merges.Count];
        for (var rank = 0; rank < rules.Length; rank++)
        {
            var (left, right) = merges[rank];
            if (!ids.TryGetValue(left, out var leftId) || !ids.TryGetValue(right, out var rightId) || !ids.TryGetValue(left + right, out var result))
                throw vocabulary.Error(string.Create(CultureInfo.InvariantCulture, $"merge {rank + 1} names or makes a token that is not in the vocabulary"), $"'{left}', '{right}' and both together in the vocabulary");
            rules[rank] = new(leftId, rightId, result);
        }
        var table = new MergeTable(rules);
        return table.FirstDuplicate < 0 ? new(pieces, table, options)
            : throw vocabulary.Error(string.Create(CultureInfo.InvariantCulture, $"merge {table.FirstDuplicate + 1} is given twice"));
    }

    /// <summary>A vocab.txt.</summary>
    /// <exception cref="InkstoneRequestException">The model is no WordPiece, or its tokens are not a line each.</exception>
    public static byte[] WriteLines(Tokenizer tokenizer)
    {
        var lines = new StringBuilder();
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            var token = tokenizer.IdToToken(id);
            if (tokenizer.Parts.Model is not WordPieceModel || token is null || token.AsSpan().ContainsAny('\r', '\n'))
            {
                throw new InkstoneRequestException("only a WordPiece vocabulary without gaps can be written as vocab.txt", nameof(Tokenizer.ToVocabulary),
                    found: string.Create(CultureInfo.InvariantCulture, $"{tokenizer.ModelName}, token {id}"));
            }
            lines.Append(token).Append('\n');
        }
        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    /// <summary>A merges.txt.</summary>
    /// <exception cref="InkstoneRequestException">The model is no BPE, or a token of a rule holds white space that parts the rule's two.</exception>
    public static byte[] WriteMerges(Tokenizer tokenizer)
    {
        if (tokenizer.Parts.Model is not BytePairModel model)
            throw new InkstoneRequestException("only BPE can be written as vocab.json and merges.txt", nameof(Tokenizer.ToMerges), found: tokenizer.ModelName);
        var lines = new StringBuilder("#version: 0.2\n");
        foreach (var merge in model.Merges.All)
        {
            var (left, right) = (model.Text(merge.Left)!, model.Text(merge.Right)!);
            if (left.AsSpan().ContainsAny(" \r\n") || right.AsSpan().ContainsAny(" \r\n"))
                throw new InkstoneRequestException("a merges.txt holds no rule whose tokens hold white space", nameof(Tokenizer.ToMerges), found: Excerpt.Of($"{left} {right}"));
            lines.Append(left).Append(' ').Append(right).Append('\n');
        }
        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private static string ToText(ReadOnlySpan<byte> file, string name)
    {
        if (file.StartsWith("\uFEFF"u8))
            file = file[3..];
        return System.Text.Unicode.Utf8.IsValid(file) ? Encoding.UTF8.GetString(file) : throw new InkstoneFormatException("a file is not UTF-8", name);
    }
}
