using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Vocabularies in files of their own: <c>vocab.txt</c>, and <c>vocab.json</c> with <c>merges.txt</c>. They say nothing about the stages around the model.</summary>
internal static class VocabularyFiles
{
    /// <summary>How many lines of a vocab.txt may be empty: ids without a token, which cost more memory than bytes.</summary>
    private const int MostEmptyLines = 8192;

    /// <summary>The tokens of a vocab.txt: one a line, the line's number the id; an empty line is an id without a token.</summary>
    /// <exception cref="InkstoneFormatException">The file is no UTF-8, or holds no token.</exception>
    public static PieceBlock ReadLines(ReadOnlySpan<byte> file, string name)
    {
        file = Checked(file, name);
        var count = file.Count((byte)'\n') + (file.IsEmpty || file[^1] == '\n' ? 0 : 1);
        if (count == 0)
            throw new InkstoneFormatException("a vocabulary without tokens", name);
        var (starts, lengths) = (new int[count], new int[count]);
        int start = 0, empty = 0;
        for (var id = 0; id < count; id++)
        {
            var line = LineAt(file, start, out var next);
            (starts[id], lengths[id]) = (start, line.Length);
            start = next;
            if (line.IsEmpty && ++empty > MostEmptyLines)
                throw new InkstoneFormatException("a vocabulary of many empty lines", LinePlace(name, id), FormattableString.Invariant($"at most {MostEmptyLines}"));
        }
        return new(file.ToArray(), starts, lengths);
    }

    /// <summary>A model out of a vocab.json and a merges.txt, byte-level: two tokens a line, a space between them; a first line may name a version.</summary>
    /// <param name="vocabulary">The value of the vocab.json.</param>
    /// <param name="merges">The bytes of the merges.txt.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="listed">Which of the added tokens the vocabulary lists too.</param>
    /// <exception cref="InkstoneFormatException">A file is broken, or a rule names or makes what is no token.</exception>
    public static BytePairModel ToBytePair(JsonValue vocabulary, ReadOnlySpan<byte> merges, List<AddedToken> added, out HashSet<int> listed)
    {
        const string name = "merges.txt";
        var tokens = VocabularyReader.FromObject(vocabulary, added);
        listed = tokens.Listed;
        var pieces = tokens.ToBytePieces(vocabulary) ?? throw vocabulary.Error("not a byte-level vocabulary: it does not cover all bytes");
        merges = Checked(merges, name);
        var lines = merges.Count((byte)'\n') + 1;
        var reader = new MergeReader(pieces, BytePairOptions.ByteLevel, lines);
        for (int number = 0, start = 0; number < lines; number++)
        {
            var line = LineAt(merges, start, out start);
            if (line.IsEmpty || (number == 0 && line.StartsWith("#version"u8)))
                continue;
            if (!MergeReader.TrySplit(line, out var left, out var right))
                throw new InkstoneFormatException("a line is no merge", LinePlace(name, number), "two tokens with a space between them", Excerpt.Of(Encoding.UTF8.GetString(line)));
            if (!reader.TryAdd(left, right, out var missing))
                throw new InkstoneFormatException("a merge names or makes a token that is not in the vocabulary", LinePlace(name, number), missing, Excerpt.Of(Encoding.UTF8.GetString(line)));
        }
        return new(pieces, reader.ToTable(wrong => new(wrong, name)), BytePairOptions.ByteLevel);
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

    /// <summary>Where a line stands, for an error.</summary>
    public static string LinePlace(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}, line {number + 1}");

    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> file, int start, out int next)
    {
        var length = file[start..].IndexOf((byte)'\n');
        length = length < 0 ? file.Length - start : length;
        next = Math.Min(file.Length, start + length + 1);
        return file.Slice(start, length).TrimEnd((byte)'\r');
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> file, string name)
    {
        if (file.StartsWith("\uFEFF"u8))
            file = file[3..];
        return System.Text.Unicode.Utf8.IsValid(file) ? file : throw new InkstoneFormatException("a file is not UTF-8", name);
    }
}
