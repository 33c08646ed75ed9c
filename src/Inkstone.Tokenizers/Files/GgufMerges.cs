using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The byte pair encoding of a GGUF vocabulary of kind gpt2: tokens as bytes are printed (<see cref="ByteLevel"/>), rules as two of them with a space between.</summary>
internal static class GgufMerges
{
    /// <summary>Makes the model.</summary>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">A byte has no token, or a rule is given twice or names or makes what is no token.</exception>
    public static BytePairModel Read(GgufVocabulary vocabulary, bool ignoresMerges)
    {
        var pieces = ReadPieces(vocabulary);
        for (var value = 0; value < 256; value++)
        {
            if (pieces.Find([(byte)value]) < 0)
                throw vocabulary.Get("tokens").Error("not a byte-level vocabulary: it does not cover all bytes", found: FormattableString.Invariant($"no token for byte {value}"));
        }
        return new(pieces, new(ReadRules(vocabulary, pieces)), ignoresMerges);
    }

    private static PieceTable ReadPieces(GgufVocabulary vocabulary)
    {
        var (starts, lengths) = (new int[vocabulary.Tokens.Length], new int[vocabulary.Tokens.Length]);
        var bytes = new ArrayBufferWriter<byte>(8 * starts.Length);
        for (var id = 0; id < starts.Length; id++)
        {
            starts[id] = bytes.WrittenCount;
            // A user-defined token is any text, found before the model is asked; any other that is no printed bytes is never found.
            if (!vocabulary.IsSpecial(id))
                ByteLevel.TryToBytes(vocabulary.Tokens[id], bytes);
            lengths[id] = bytes.WrittenCount - starts[id];
        }
        return new(bytes.WrittenSpan.ToArray(), starts, lengths);
    }

    private static Merge[] ReadRules(GgufVocabulary vocabulary, PieceTable pieces)
    {
        var value = vocabulary.Get("merges");
        var rules = new List<Merge>(value.Count);
        var pairs = new HashSet<long>(value.Count);
        HashSet<string> specials = [.. vocabulary.Added.Where(token => token.IsSpecial).Select(token => token.Content)];
        var bytes = new ArrayBufferWriter<byte>(64);
        var number = 0;
        foreach (var item in value.AsTexts())
        {
            number++;
            var text = System.Text.Unicode.Utf8.IsValid(item.Span) ? Encoding.UTF8.GetString(item.Span) : "";
            if (text.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw Error("is not two tokens with a space between them", text);
            // Text does not become a control token, not even by rules.
            if (specials.Contains(left + right) || specials.Contains(left) || specials.Contains(right))
                continue;
            bytes.ResetWrittenCount();
            if (!ByteLevel.TryToBytes(left, bytes) || bytes.WrittenCount is var length && !ByteLevel.TryToBytes(right, bytes))
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
