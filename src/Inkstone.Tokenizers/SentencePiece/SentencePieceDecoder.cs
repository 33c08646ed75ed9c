using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Ids back to text as SentencePiece does: control pieces are nothing, unknown ones a mark, byte pieces are put together to characters
/// (each byte that does not belong to one becomes U+FFFD), U+2581 becomes a space, and the space before the text goes.
/// </summary>
internal sealed class SentencePieceDecoder
{
    private readonly SentencePieceFile _file;
    private readonly byte[] _unknownSurface;
    private readonly SentencePieceNormalizer? _denormalizer;

    /// <summary>The decoder of a model.</summary>
    public SentencePieceDecoder(SentencePieceFile file)
    {
        _file = file;
        _unknownSurface = Encoding.UTF8.GetBytes(file.UnknownSurface);
        if (file.Denormalization is { } options)
            _denormalizer = new(options, hasWhitespaceSuffix: false, userDefined: null);
    }

    /// <summary>The text in UTF-8.</summary>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<int> ids)
    {
        var text = new ArrayBufferWriter<byte>(4 * ids.Length + 16);
        var loose = new ArrayBufferWriter<byte>(16);
        var (isAtBegin, beganWithSpace) = (true, false);
        foreach (var id in ids)
        {
            if (_file.Kinds[id] == SentencePieceKind.Byte)
            {
                loose.Write([(byte)SentencePieceReader.ToByte(_file.Pieces[id])]);
                continue;
            }
            FlushLoose(loose, text);
            isAtBegin &= !beganWithSpace && text.WrittenCount == 0;
            beganWithSpace = Append(id, isAtBegin, text);
        }
        FlushLoose(loose, text);
        return _denormalizer is null ? text.WrittenSpan : Denormalize(text.WrittenSpan);
    }

    /// <summary>Appends a piece; true if it began with the space that stands before a text.</summary>
    private bool Append(int id, bool isAtBegin, ArrayBufferWriter<byte> text)
    {
        if (_file.Kinds[id] == SentencePieceKind.Control)
            return false;
        if (_file.Kinds[id] == SentencePieceKind.Unknown)
        {
            text.Write(_unknownSurface);
            return false;
        }
        var piece = _file.Pieces[id];
        var options = _file.Normalization;
        var hasSpace = isAtBegin && (options.AddsDummyPrefix || options.RemovesExtraWhitespace) && piece.StartsWith(SentencePieceNormalizer.SpaceMark);
        if (hasSpace)
            piece = piece[SentencePieceNormalizer.SpaceMark.Length..];
        text.Advance(SentencePieceNormalizer.Compact(piece, text.GetSpan(piece.Length + 1)));
        // Where all spaces before a text go, the next piece may lose one too.
        return hasSpace && !options.RemovesExtraWhitespace;
    }

    private static void FlushLoose(ArrayBufferWriter<byte> loose, ArrayBufferWriter<byte> text)
    {
        var bytes = loose.WrittenSpan;
        while (!bytes.IsEmpty)
        {
            var isCharacter = Rune.DecodeFromUtf8(bytes, out _, out var length) == OperationStatus.Done;
            length = isCharacter ? length : 1;
            text.Write(isCharacter ? bytes[..length] : "\uFFFD"u8);
            bytes = bytes[length..];
        }
        loose.ResetWrittenCount();
    }

    private ReadOnlySpan<byte> Denormalize(ReadOnlySpan<byte> text)
    {
        var scratch = new SentencePieceScratch();
        _denormalizer!.Normalize(text, scratch);
        if (!_file.Denormalization!.EscapesWhitespace)
            return scratch.Text;
        var marked = new ArrayBufferWriter<byte>(scratch.Text.Length + 1);
        foreach (var value in scratch.Text)
            marked.Write(value == (byte)' ' ? SentencePieceNormalizer.SpaceMark : [value]);
        return marked.WrittenSpan;
    }
}
