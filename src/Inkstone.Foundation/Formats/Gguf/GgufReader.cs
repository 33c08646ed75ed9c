using System.Buffers.Binary;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// Reads the head of a GGUF file forward into one buffer, which grows only as bytes are there to fill it. Nothing is taken that the file is too short
/// for, and what is being read is known by number or name, for errors, without a text being made of it.
/// </summary>
internal sealed class GgufReader(Stream stream, string source)
{
    private const int FirstBytes = 1 << 16;
    private const string Unfinished = "The file was probably not copied or downloaded to its end, or it is no GGUF file.";

    private readonly long _limit = Math.Min(stream.Length, GgufMetadata.MaximumBytes);
    private int _filled;
    private (string Kind, int Index, string? Name) _place = ("head", -1, null);

    /// <summary>What was read, with room at the end. It moves when it grows.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>The file, as errors name it.</summary>
    public string Source => source;

    /// <summary>The length of the whole file.</summary>
    public long FileLength { get; } = stream.Length;

    /// <summary>Where the next byte stands.</summary>
    public int Position { get; private set; }

    /// <summary>How many bytes may still be taken.</summary>
    public long Left => _limit - Position;

    /// <summary>What is being read, as errors name it.</summary>
    public string Where => _place switch
    {
        (_, _, { } name) => $"{source}, {_place.Kind} {Excerpt.Of(name)}",
        (_, < 0, _) => $"{source}, {_place.Kind}",
        _ => FormattableString.Invariant($"{source}, {_place.Kind} {_place.Index}"),
    };

    /// <summary>Says what is read next.</summary>
    public void Enter(string kind, int index, string? name = null) => _place = (kind, index, name);

    /// <summary>Takes bytes; they stand in <see cref="Buffer"/> from the position returned on.</summary>
    public int Take(long count)
    {
        if (count > Left)
            throw new InkstoneFormatException("the head of a GGUF file ends too soon, or is too long", Where,
                FormattableString.Invariant($"{count} bytes from byte {Position} on"), FormattableString.Invariant($"{Left}"), Unfinished);
        var (start, end) = (Position, Position + (int)count);
        if (end > _filled)
            Fill(end);
        Position = end;
        return start;
    }

    /// <summary>The next four bytes as a number.</summary>
    public uint TakeUInt32()
    {
        var start = Take(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Buffer.AsSpan(start));
    }

    /// <summary>The next eight bytes as a number.</summary>
    public ulong TakeUInt64()
    {
        var start = Take(8);
        return BinaryPrimitives.ReadUInt64LittleEndian(Buffer.AsSpan(start));
    }

    /// <summary>A name with its length before it.</summary>
    public string TakeName(int longest)
    {
        var length = TakeUInt64();
        if (length is 0 || length > (ulong)longest)
            throw new InkstoneFormatException("a name is empty or too long", Where, FormattableString.Invariant($"1 to {longest} bytes"), FormattableString.Invariant($"{length} bytes"));
        var start = Take((long)length);
        var utf8 = Buffer.AsSpan(start, (int)length);
        return System.Text.Unicode.Utf8.IsValid(utf8) ? System.Text.Encoding.UTF8.GetString(utf8) : throw new InkstoneFormatException("a name is not UTF-8", Where);
    }

    /// <summary>Passes over texts, each with its length before it.</summary>
    public void TakeTexts(long count)
    {
        for (; count > 0; count--)
        {
            var length = TakeUInt64();
            if (length > (ulong)Left)
                throw new InkstoneFormatException("a text is longer than the file", Where, FormattableString.Invariant($"at most {Left} bytes"),
                    FormattableString.Invariant($"{length}"), Unfinished);
            Take((long)length);
        }
    }

    /// <summary>Fills the buffer up to a position that the file reaches, and as far beyond it as there is room.</summary>
    private void Fill(int end)
    {
        if (end > Buffer.Length)
        {
            var grown = GC.AllocateUninitializedArray<byte>((int)Math.Min(_limit, Math.Max(FirstBytes, Math.Max(end, 2L * Buffer.Length))));
            Buffer.AsSpan(0, _filled).CopyTo(grown);
            Buffer = grown;
        }
        _filled += stream.ReadAtLeast(Buffer.AsSpan(_filled), end - _filled, throwOnEndOfStream: false);
        if (_filled < end)
            throw new InkstoneFormatException("the file was cut short while it was read", Where, FormattableString.Invariant($"{FileLength} bytes"),
                FormattableString.Invariant($"{_filled}"));
    }
}
