using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// The byte pair encoding of a GGUF vocabulary: tokens as bytes are printed (<see cref="ByteLevel"/>) or as they are, rules as two of them
/// with a space between.
/// </summary>
internal static class GgufMerges
{
    private delegate bool Writing(string token, IBufferWriter<byte> bytes);

    /// <summary>Makes the model of a vocabulary of printed bytes.</summary>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">A byte has no token, or a rule is given twice or names or makes what is no token.</exception>
    public static BytePairModel ReadBytes(GgufVocabulary vocabulary, bool ignoresMerges)
    {
        Writing writing = (token, bytes) => ByteLevel.TryToBytes(token, bytes);
        var pieces = ReadPieces(vocabulary, writing);
        for (var value = 0; value < 256; value++)
        {
            if (pieces.Find([(byte)value]) < 0)
                throw vocabulary.Get("tokens").Error("not a byte-level vocabulary: it does not cover all bytes", found: FormattableString.Invariant($"no token for byte {value}"));
        }
        return new(pieces, new(ReadRules(vocabulary, pieces, writing)), ignoresMerges);
    }

    /// <summary>Makes the model of a vocabulary of characters.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="takesLineEndsWhole">Whether line ends are the token of as many, whatever the rules.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">Some bytes have tokens and others have none, or a rule is given twice or names or makes what is no token.</exception>
    public static BytePairModel ReadCharacters(GgufVocabulary vocabulary, bool takesLineEndsWhole)
    {
        Writing writing = TryToUtf8;
        var pieces = ReadPieces(vocabulary, writing);
        var missing = ByteTokens.Find(pieces.Find).Count(id => id < 0);
        if (missing is > 0 and < 256)
            throw vocabulary.Get("tokens").Error("some bytes have a token and others have none", "256 or none", FormattableString.Invariant($"{256 - missing}"));
        var model = new BytePairModel(pieces, new(ReadRules(vocabulary, pieces, writing)), new BytePairOptions { HasByteFallback = missing == 0 });
        for (var id = 0; takesLineEndsWhole && id < pieces.Count; id++)
        {
            if (!pieces[id].ContainsAnyExcept((byte)'\n'))
                model.TakeWhole(id);
        }
        return model;
    }

    private static bool TryToUtf8(string token, IBufferWriter<byte> bytes)
    {
        Encoding.UTF8.GetBytes(token, bytes);
        return true;
    }

    private static PieceTable ReadPieces(GgufVocabulary vocabulary, Writing writing)
    {
        var (starts, lengths) = (new int[vocabulary.Tokens.Length], new int[vocabulary.Tokens.Length]);
        var bytes = new ArrayBufferWriter<byte>(8 * starts.Length);
        for (var id = 0; id < starts.Length; id++)
        {
            starts[id] = bytes.WrittenCount;
            // A user-defined token is any text, found before the model is asked; any other that cannot be written is never found.
            if (!vocabulary.IsSpecial(id))
                writing(vocabulary.Tokens[id], bytes);
            lengths[id] = bytes.WrittenCount - starts[id];
        }
        return new(bytes.WrittenSpan.ToArray(), starts, lengths);
    }

    private static Merge[] ReadRules(GgufVocabulary vocabulary, PieceTable pieces, Writing writing)
    {
        var value = vocabulary.Get("merges");
        var rules = new List<Merge>(value.Count);
        var pairs = new HashSet<long>(value.Count);
        // Text becomes neither a control token nor that of a byte, not even by rules.
        HashSet<string> specials = [.. vocabulary.Tokens.Where((_, id) => vocabulary.IsSpecial(id) || vocabulary.Kinds[id] == SentencePieceKind.Byte)];
        var bytes = new ArrayBufferWriter<byte>(64);
        var number = 0;
        foreach (var item in value.AsTexts())
        {
            number++;
            var text = System.Text.Unicode.Utf8.IsValid(item.Span) ? Encoding.UTF8.GetString(item.Span) : "";
            if (text.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw Error("is not two tokens with a space between them", text);
            if (specials.Contains(left + right) || specials.Contains(left) || specials.Contains(right))
                continue;
            bytes.ResetWrittenCount();
            if (!writing(left, bytes) || bytes.WrittenCount is var length && !writing(right, bytes))
                throw Error("names what is no printed bytes", text);
            var whole = bytes.WrittenSpan;
            var rule = new Merge(pieces.Find(whole[..length]), pieces.Find(whole[length..]), pieces.Find(whole));
            if (rule.Left < 0 || rule.Right < 0 || rule.Result < 0)
                throw Error("names or makes a token that is not in the vocabulary", text);
            if (!pairs.Add(((long)rule.Left << 32) | (uint)rule.Right))
                throw Error("is given twice", text);
            rules.Add(rule);
        }
        return [.. rules];

        Foundation.Errors.InkstoneFormatException Error(string what, string text) =>
            value.Error(FormattableString.Invariant($"merge {number} ") + what, found: Foundation.Errors.Excerpt.Of(text));
    }
}
