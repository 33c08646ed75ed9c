namespace Inkstone.Tokenizers;

/// <summary>
/// Which part of the source each id of a SentencePiece model stands for, as SentencePiece's own surfaces: every byte of prepared text has the place
/// of the source it was made at, and a piece reaches from the place of its first byte to that of the byte after it. Of the bytes of one
/// character, the last stands for all of it and the others for nothing.
/// </summary>
internal sealed class SentencePieceAlignment(SentencePieceVocabulary vocabulary, SentencePieceNormalizer normalizer)
{
    /// <summary>Finds the parts.</summary>
    /// <param name="source">The source.</param>
    /// <param name="ids">What it was encoded to.</param>
    /// <param name="parts">Takes the part of each.</param>
    public void Locate(ReadOnlySpan<byte> source, ReadOnlySpan<int> ids, Span<TextRange> parts)
    {
        var scratch = new SentencePieceScratch();
        var places = new List<int>(source.Length + 2);
        normalizer.Normalize(source, scratch, places);
        var text = scratch.Text;
        var position = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            var start = position;
            switch (vocabulary.File.Kinds[ids[i]])
            {
                case SentencePieceKind.Byte:
                    var count = Math.Min(BytesAt(text, position, out var length), ids.Length - i);
                    position += length;
                    for (var last = i + count - 1; i < last; i++)
                        parts[i] = new(places[start], places[start]);
                    break;
                case SentencePieceKind.Unknown:
                    position = UnknownEnd(text, position, i + 1 < ids.Length ? ids[i + 1] : -1);
                    break;
                default:
                    position += vocabulary.Pieces[ids[i]].Length;
                    break;
            }
            parts[i] = new(places[start], places[Math.Min(position, places.Count - 1)]);
        }
    }

    /// <summary>How many byte pieces a character becomes; a space is written as the three of U+2581.</summary>
    private int BytesAt(ReadOnlySpan<byte> text, int position, out int length)
    {
        length = Utf8Text.LengthAt(text, position);
        return text[position] == ' ' && vocabulary.File.Normalization.EscapesWhitespace ? SentencePieceNormalizer.SpaceMark.Length : length;
    }

    /// <summary>Where unknown text ends: where the next piece, which is known, can begin.</summary>
    private int UnknownEnd(ReadOnlySpan<byte> text, int position, int next)
    {
        do
            position += Utf8Text.LengthAt(text, position);
        while (position < text.Length && (next < 0 || !text[position..].StartsWith(vocabulary.Pieces[next])));
        return position;
    }
}
