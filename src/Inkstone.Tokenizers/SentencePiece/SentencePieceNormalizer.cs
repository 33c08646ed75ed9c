using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Prepares text as SentencePiece does: user-defined pieces are left as they are, elsewhere the longest rule of the character map that
/// fits is applied, each byte that is no UTF-8 becomes U+FFFD, and spaces are trimmed, joined and put before the text as the model says.
/// <para>
/// A space that the model would write U+2581 is written as one byte, 0x20, and so is a U+2581 of the text, for to the model they are one.
/// </para>
/// </summary>
internal sealed class SentencePieceNormalizer
{
    private const byte Space = (byte)' ';
    private readonly SentencePieceNormalization _options;
    private readonly bool _hasWhitespaceSuffix;
    private readonly UserDefinedPieces? _userDefined;
    private readonly bool[] _isPlain = new bool[256]; // a byte that may be copied if the next is ASCII too

    /// <summary>The normaliser of a model.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hasWhitespaceSuffix">Whether the space that is added stands after the text.</param>
    /// <param name="userDefined">The user-defined pieces as they stand in text; null for none.</param>
    public SentencePieceNormalizer(SentencePieceNormalization options, bool hasWhitespaceSuffix, UserDefinedPieces? userDefined)
    {
        (_options, _hasWhitespaceSuffix, _userDefined) = (options, hasWhitespaceSuffix, userDefined);
        for (var value = 0; value < 256; value++)
            _isPlain[value] = value < 128 && value != Space && !BeginsUserDefined((byte)value) && (options.Map?.IsPlain((byte)value) ?? true);
    }

    /// <summary>U+2581, as which files write a space.</summary>
    public static ReadOnlySpan<byte> SpaceMark => "\u2581"u8;

    /// <summary>Prepares a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scratch">Takes the prepared text.</param>
    /// <param name="places">Takes the place of the source each prepared byte was made at, and last where the source is used up; null if nobody asks.</param>
    public void Normalize(ReadOnlySpan<byte> text, SentencePieceScratch scratch, List<int>? places = null)
    {
        scratch.BeginText();
        var position = 0;
        if (_options.RemovesExtraWhitespace)
        {
            while (position < text.Length && Next(text[position..], out var length, out var result) && result.SequenceEqual(" "u8))
                position += length;
        }
        if (position == text.Length)
        {
            places?.Add(position);
            return;
        }
        if (_options.AddsDummyPrefix && !_hasWhitespaceSuffix)
            AddSpace(scratch);
        places?.AddRange(Enumerable.Repeat(position, scratch.Text.Length));
        var isAfterSpace = _options.RemovesExtraWhitespace;
        while (position < text.Length)
        {
            var copied = places is null ? CopyPlain(text[position..], scratch) : 0;
            if (copied > 0)
            {
                isAfterSpace = false;
                position += copied;
                continue;
            }
            Next(text[position..], out var length, out var result);
            position += length;
            if (isAfterSpace)
                result = result.TrimStart(Space);
            if (result.IsEmpty)
                continue;
            isAfterSpace = _options.RemovesExtraWhitespace && result[^1] == Space;
            Append(result, scratch);
            places?.AddRange(Enumerable.Repeat(position - length, scratch.Text.Length - places.Count));
        }
        var end = position;
        if (_options.RemovesExtraWhitespace)
        {
            scratch.TrimText(scratch.Text.TrimEnd(Space).Length);
            end = places is not null && places.Count > scratch.Text.Length ? places[scratch.Text.Length] : end;
        }
        places?.RemoveRange(scratch.Text.Length, places.Count - scratch.Text.Length);
        if (_options.AddsDummyPrefix && _hasWhitespaceSuffix)
            AddSpace(scratch);
        places?.AddRange(Enumerable.Repeat(end, scratch.Text.Length + 1 - places.Count));
    }

    /// <summary>The user-defined piece that a text begins with, or none.</summary>
    public bool TryUserDefined(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        return _userDefined is not null && _userDefined.TryFind(text, out length);
    }

    private bool BeginsUserDefined(byte first) => _userDefined is not null && _userDefined.MayBegin(first);

    /// <summary>What the beginning of a text becomes.</summary>
    private bool Next(ReadOnlySpan<byte> text, out int length, out ReadOnlySpan<byte> result)
    {
        if (TryUserDefined(text, out length))
        {
            result = text[..length];
            return true;
        }
        if (_options.Map is { } map && map.TryMatch(text, out length, out result))
            return true;
        var isValid = Rune.DecodeFromUtf8(text, out _, out length) == System.Buffers.OperationStatus.Done;
        length = isValid ? length : 1;
        result = isValid ? text[..length] : "\uFFFD"u8;
        return true;
    }

    /// <summary>Copies what is left as it is: plain ASCII, each followed by ASCII, and single spaces between.</summary>
    private int CopyPlain(ReadOnlySpan<byte> text, SentencePieceScratch scratch)
    {
        var count = 0;
        while (count < text.Length && _isPlain[text[count]] && (count + 1 == text.Length || text[count + 1] < 0x80))
            count++;
        if (count == 0)
            return CopyCharacters(text, scratch);
        text[..count].CopyTo(scratch.ReserveText(count));
        scratch.AdvanceText(count);
        return count;
    }

    /// <summary>Copies characters of three bytes with which no rule and no user-defined piece begins.</summary>
    private int CopyCharacters(ReadOnlySpan<byte> text, SentencePieceScratch scratch)
    {
        var count = 0;
        while (text.Length - count >= 3 && (text[count] & 0xF0) == 0xE0 && !BeginsUserDefined(text[count]))
        {
            int second = text[count + 1], third = text[count + 2];
            var character = (text[count] & 0xF) << 12 | (second & 0x3F) << 6 | third & 0x3F;
            if ((second & 0xC0) != 0x80 || (third & 0xC0) != 0x80 || character < 0x800 || character is >= 0xD800 and < 0xE000 or 0x2581)
                break;
            if (_options.Map is { } map && map.MayBegin(character))
                break;
            count += 3;
        }
        text[..count].CopyTo(scratch.ReserveText(count));
        scratch.AdvanceText(count);
        return count;
    }

    private void AddSpace(SentencePieceScratch scratch)
    {
        scratch.ReserveText(1)[0] = Space;
        scratch.AdvanceText(1);
    }

    private void Append(ReadOnlySpan<byte> result, SentencePieceScratch scratch)
    {
        var room = scratch.ReserveText(result.Length);
        if (!_options.EscapesWhitespace)
        {
            result.CopyTo(room);
            scratch.AdvanceText(result.Length);
            return;
        }
        scratch.AdvanceText(Compact(result, room));
    }

    /// <summary>Copies bytes and writes each U+2581 as a space; returns how many were written.</summary>
    public static int Compact(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = 0;
        while (!source.IsEmpty)
        {
            var mark = source.IndexOf(SpaceMark);
            var count = mark < 0 ? source.Length : mark;
            source[..count].CopyTo(destination[written..]);
            written += count;
            if (mark < 0)
                break;
            destination[written++] = Space;
            source = source[(mark + 3)..];
        }
        return written;
    }
}
