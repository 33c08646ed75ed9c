namespace Inkstone.Tokenizers;

/// <summary>
/// Turns places in UTF-8 into places in UTF-16. It walks from the range asked for last, with starts and ends apart: a row of ranges that move on through
/// the text costs two walks, also where many of them are long and one.
/// </summary>
internal ref struct OffsetConverter(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private (int Byte, int Unit) _start, _end;

    /// <summary>Bytes walked over so far: the work done, for tests.</summary>
    public long Steps { get; private set; }

    /// <summary>The range in UTF-16 units.</summary>
    public TextRange Convert(TextRange range)
    {
        _start = Walk(_start, range.Start);
        _end = Walk(_end, range.End);
        return new(_start.Unit, _end.Unit);
    }

    private (int Byte, int Unit) Walk((int Byte, int Unit) from, int place)
    {
        var (at, unit) = from;
        Steps += Math.Abs((long)place - at);
        for (; at < place; at++)
            unit += Units(_utf8[at]);
        while (at > place)
            unit -= Units(_utf8[--at]);
        return (at, unit);
    }

    // A character's units are counted at its first byte; four bytes are two units.
    private static int Units(byte value) => (value & 0xC0) == 0x80 ? 0 : value >= 0xF0 ? 2 : 1;
}
