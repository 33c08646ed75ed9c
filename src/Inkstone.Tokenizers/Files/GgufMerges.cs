using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// The byte pair encoding of a GGUF vocabulary: tokens as bytes are printed (<see cref="ByteLevel"/>) or as they are, rules as two of them
/// with a space between.
/// </summary>
internal static class GgufMerges
{
    /// <summary>Makes the model of a vocabulary of printed bytes.</summary>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">A byte has no token, or a rule is given twice or names or makes what is no token.</exception>
    public static BytePairModel ReadBytes(GgufVocabulary vocabulary, bool ignoresMerges)
    {
        var options = BytePairOptions.ByteLevel with { IgnoresMerges = ignoresMerges };
        var pieces = ReadPieces(vocabulary, options);
        for (var value = 0; value < 256; value++)
        {
            if (pieces.Find([(byte)value]) < 0)
                throw vocabulary.Get("tokens").Error("not a byte-level vocabulary: it does not cover all bytes", found: FormattableString.Invariant($"no token for byte {value}"));
        }
        return new(pieces, ReadRules(vocabulary, pieces, options), options);
    }

    /// <summary>Makes the model of a vocabulary of characters.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="takesLineEndsWhole">Whether line ends are the token of as many, whatever the rules.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">Some bytes have tokens and others have none, or a rule is given twice or names or makes what is no token.</exception>
    public static BytePairModel ReadCharacters(GgufVocabulary vocabulary, bool takesLineEndsWhole)
    {
        var options = new BytePairOptions();
        var pieces = ReadPieces(vocabulary, options);
        var missing = ByteTokens.Find(pieces.Find).Count(id => id < 0);
        if (missing is > 0 and < 256)
            throw vocabulary.Get("tokens").Error("some bytes have a token and others have none", "256 or none", FormattableString.Invariant($"{256 - missing}"));
        var model = new BytePairModel(pieces, ReadRules(vocabulary, pieces, options), options with { HasByteFallback = missing == 0 });
        for (var id = 0; takesLineEndsWhole && id < pieces.Count; id++)
        {
            if (!pieces[id].ContainsAnyExcept((byte)'\n'))
                model.TakeWhole(id);
        }
        return model;
    }

    private static PieceTable ReadPieces(GgufVocabulary vocabulary, BytePairOptions options)
    {
        var (starts, lengths) = (new int[vocabulary.Tokens.Length], new int[vocabulary.Tokens.Length]);
        var bytes = new ArrayBufferWriter<byte>(8 * starts.Length);
        for (var id = 0; id < starts.Length; id++)
        {
            starts[id] = bytes.WrittenCount;
            // A user-defined token is any text, found before the model is asked; any other that cannot be written is never found.
            if (!vocabulary.IsSpecial(id) && options.IsByteLevel)
                ByteLevel.TryToBytes(vocabulary.Tokens[id], bytes);
            else if (!vocabulary.IsSpecial(id))
                Encoding.UTF8.GetBytes(vocabulary.Tokens[id], bytes);
            lengths[id] = bytes.WrittenCount - starts[id];
        }
        return new(bytes.WrittenSpan.ToArray(), starts, lengths);
    }

    private static MergeTable ReadRules(GgufVocabulary vocabulary, PieceTable pieces, BytePairOptions options)
    {
        var value = vocabulary.Get("merges");
        var reader = new MergeReader(pieces, options, value.Count);
        HashSet<string>? specials = null;
        var number = 0;
        foreach (var item in value.AsTexts())
        {
            number++;
            var line = System.Text.Unicode.Utf8.IsValid(item.Span) ? item.Span : [];
            if (!MergeReader.TrySplit(line, out var left, out var right))
                throw Error("is not two tokens with a space between them", line);
            // Text becomes neither a control token nor that of a byte, not even by rules.
            if (!reader.TryFind(left, right, out var rule))
            {
                specials ??= [.. vocabulary.Tokens.Where((_, id) => vocabulary.IsSpecial(id))];
                var (first, second) = (Encoding.UTF8.GetString(left), Encoding.UTF8.GetString(right));
                if (!specials.Contains(first) && !specials.Contains(second) && !specials.Contains(first + second))
                    throw Error("names or makes a token that is not in the vocabulary", line);
            }
            else if (!IsByte(rule.Left) && !IsByte(rule.Right) && !IsByte(rule.Result))
                reader.Add(rule);
        }
        return reader.ToTable(wrong => value.Error(wrong));

        bool IsByte(int id) => vocabulary.Kinds[id] == SentencePieceKind.Byte;

        Foundation.Errors.InkstoneFormatException Error(string what, ReadOnlySpan<byte> line) =>
            value.Error(FormattableString.Invariant($"merge {number} ") + what, found: Foundation.Errors.Excerpt.Of(Encoding.UTF8.GetString(line)));
    }
}
