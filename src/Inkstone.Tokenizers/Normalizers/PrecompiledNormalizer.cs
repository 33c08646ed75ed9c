namespace Inkstone.Tokenizers;

/// <summary>
/// SentencePiece's character map as <c>tokenizer.json</c> uses it: a grapheme cluster of fewer than six bytes is looked up whole, and becomes
/// the result of the shortest rule that it begins with; where none does, and in longer clusters, each character is looked up by itself.
/// (SentencePiece itself goes by the longest rule and knows no clusters: <see cref="SentencePieceNormalizer"/>.)
/// </summary>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int LongestCluster = 5;

    /// <summary>The rules.</summary>
    public CharacterMap Map { get; } = map;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var bytes = text.Bytes;
        text.BeginRewrite();
        for (int start = 0, end; start < bytes.Length; start = end)
        {
            // An ASCII character before another, but for CR LF, is a cluster of its own.
            end = bytes[start] < 0x80 && bytes[start] != '\r' && (start + 1 == bytes.Length || bytes[start + 1] < 0x80)
                ? start + 1 : GraphemeBoundaries.Next(bytes, start);
            if (end - start > LongestCluster || !TryReplace(text, start, end))
            {
                for (int character = start, after; character < end; character = after)
                {
                    after = character + Utf8Text.LengthAt(bytes, character);
                    if (!TryReplace(text, character, after))
                        text.Copy(character, after);
                }
            }
        }
        text.EndRewrite();
    }

    /// <summary>Writes what a part of the text becomes; the characters of both are paired from the left, what is left over goes with the last.</summary>
    private bool TryReplace(NormalizedText text, int start, int end)
    {
        if (!Map.TryMatchShortest(text.Bytes[start..end], out var result))
            return false;
        var source = start;
        for (int at = 0, after; at < result.Length; at = after)
        {
            after = at + Utf8Text.LengthAt(result, at);
            text.Append(result[at..after], source);
            if (source + Utf8Text.LengthAt(text.Bytes, source) is var next && next < end)
                source = next;
        }
        return true;
    }
}
