namespace Inkstone.Tokenizers;

/// <summary>Turns places in UTF-8 into places in UTF-16. It walks from the place asked for last, so a row of near places costs little.</summary>
internal ref struct OffsetConverter(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private int _byte;
    private int _unit;

    /// <summary>The range in UTF-16 units.</summary>
    public TextRange Convert(TextRange range)
    {
        var start = Convert(range.Start);
        return new(start, Convert(range.End));
    }

    private int Convert(int place)
    {
        for (; _byte < place; _byte++)
            _unit += Units(_utf8[_byte]);
        while (_byte > place)
            _unit -= Units(_utf8[--_byte]);
        return _unit;
    }

    // A character's units are counted at its first byte; four bytes are two units.
    private static int Units(byte value) => (value & 0xC0) == 0x80 ? 0 : value >= 0xF0 ? 2 : 1;
}
