namespace Inkstone.Tokenizers;

/// <summary>
/// llama.cpp's preparation of text for unigram models: the longest rule of the character map that fits is applied, spaces are written U+2581,
/// and one is put before the first word or, where runs of spaces become one, before every word.
/// </summary>
/// <param name="map">The rules; null for none.</param>
/// <param name="addsPrefix">Whether a space is put before the first word.</param>
/// <param name="mergesSpaces">Whether runs of spaces become one, and those at the ends go.</param>
internal sealed class GgufUnigramNormalizer(CharacterMap? map, bool addsPrefix, bool mergesSpaces) : Normalizer
{
    /// <summary>The rules; null for none.</summary>
    public CharacterMap? Map => map;

    /// <summary>Whether a space is put before the first word.</summary>
    public bool AddsPrefix => addsPrefix;

    /// <summary>Whether runs of spaces become one, and those at the ends go.</summary>
    public bool MergesSpaces => mergesSpaces;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var bytes = text.Bytes;
        var (isInWord, isPrefixed) = (false, !addsPrefix);
        text.BeginRewrite();
        for (int position = 0, length; position < bytes.Length; position += length)
        {
            var plain = PlainLength(bytes[position..]);
            if (plain > 0)
            {
                BeginWord(text, position, ref isInWord, ref isPrefixed);
                text.Copy(position, position + plain);
                length = plain;
                continue;
            }
            if (map is null || !map.TryMatch(bytes[position..], out length, out var result))
            {
                length = Utf8Text.LengthAt(bytes, position);
                result = bytes.Slice(position, length);
            }
            while (!result.IsEmpty)
            {
                if (result[0] == ' ')
                {
                    isInWord = false;
                    if (!mergesSpaces)
                        text.Append(SentencePieceNormalizer.SpaceMark, position);
                    result = result[1..];
                    continue;
                }
                BeginWord(text, position, ref isInWord, ref isPrefixed);
                var end = result.IndexOf((byte)' ');
                end = end < 0 ? result.Length : end;
                text.Append(result[..end], position);
                result = result[end..];
            }
        }
        text.EndRewrite();
    }

    private void BeginWord(NormalizedText text, int position, ref bool isInWord, ref bool isPrefixed)
    {
        if (!isInWord && (mergesSpaces || !isPrefixed))
        {
            text.Append(SentencePieceNormalizer.SpaceMark, position);
            isPrefixed = true;
        }
        isInWord = true;
    }

    /// <summary>The length of the ASCII but spaces, each followed by ASCII, that no rule touches.</summary>
    private int PlainLength(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        while (count < utf8.Length && utf8[count] < 0x80 && utf8[count] != ' ' && (map?.IsPlain(utf8[count]) ?? true) && (count + 1 == utf8.Length || utf8[count + 1] < 0x80))
            count++;
        return count;
    }
}
