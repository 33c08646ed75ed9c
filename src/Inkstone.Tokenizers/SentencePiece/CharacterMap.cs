using System.Buffers.Binary;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// A precompiled character map: rules "these bytes become those", the longest that fits winning. The form is SentencePiece's: four
/// bytes with the length of a double-array trie (the layout of darts-clone, 32-bit units), the trie, then the results, each ended by a
/// zero byte. Hostile maps cannot lead out of their memory: a step outside it finds no rule.
/// </summary>
internal sealed class CharacterMap
{
    /// <summary>The longest text that a rule is looked for in, in bytes; published maps need less than half.</summary>
    public const int LongestKey = 128;

    /// <summary>The longest result of a rule, in bytes; that of U+FDFA, the longest in Unicode, has 33.</summary>
    public const int LongestResult = 1024;

    private const uint LeafBit = 1U << 31;
    private readonly uint[] _units;
    private readonly byte[] _results;
    private readonly UInt128 _plainAscii; // a bit for each
    private uint[]? _begins; // of each BMP character: whether a rule may begin with it; made when first asked, for a map may be far smaller

    /// <summary>Reads a map.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="where">How errors name it.</param>
    /// <exception cref="InkstoneFormatException">It is no such map.</exception>
    public CharacterMap(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.Length < 8)
            throw new InkstoneFormatException("a character map is too short", where, "at least 8 bytes", FormattableString.Invariant($"{bytes.Length}"));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > bytes.Length - 4 || length % 4 != 0 || length == 0)
            throw new InkstoneFormatException("the trie of a character map has a length that cannot be", where,
                FormattableString.Invariant($"a multiple of 4 up to {bytes.Length - 4}"), FormattableString.Invariant($"{length}"));
        Bytes = bytes.ToArray();
        _units = new uint[length / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + 4 * i)..]);
        _results = bytes[(4 + (int)length)..].ToArray();
        if (_results.Length > 0 && _results[^1] != 0)
            throw new InkstoneFormatException("the results of a character map do not end with a zero byte", where);
        for (int start = 0, end; start < _results.Length; start = end + 1)
        {
            end = start + _results.AsSpan(start).IndexOf((byte)0);
            if (end - start > LongestResult)
                throw new InkstoneFormatException("a rule of a character map has too long a result", where,
                    FormattableString.Invariant($"at most {LongestResult} bytes"), FormattableString.Invariant($"{end - start}"));
        }
        _plainAscii = FindWhatIsPlain();
    }

    /// <summary>The map as it stands in files.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether an ASCII character before another one, or at the end, is always left as it is.</summary>
    public bool IsPlain(byte ascii) => ((ulong)(_plainAscii >> ascii) & 1) != 0;

    /// <summary>Whether a rule may begin with a character of the Basic Multilingual Plane.</summary>
    public bool MayBegin(int character) => ((_begins ??= FindBegins())[character >> 5] >> (character & 31) & 1) != 0;

    /// <summary>The result of the longest rule that fits the beginning of the text; false if none does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many bytes of it the rule takes.</param>
    /// <param name="result">What they become.</param>
    public bool TryMatch(ReadOnlySpan<byte> text, out int length, out ReadOnlySpan<byte> result)
    {
        length = 0;
        uint value = 0;
        var place = Offset(_units[0]);
        for (var i = 0; i < Math.Min(text.Length, LongestKey); i++)
        {
            if (!TryStep(ref place, text[i], out var leaf))
                break;
            if (leaf is { } found)
                (length, value) = (i + 1, found);
        }
        result = default;
        if (length == 0)
            return false;
        result = Result(value);
        return true;
    }

    /// <summary>The result of the shortest rule that fits the beginning of the text; false if none does.</summary>
    public bool TryMatchShortest(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> result)
    {
        var place = Offset(_units[0]);
        for (var i = 0; i < Math.Min(text.Length, LongestKey) && TryStep(ref place, text[i], out var leaf); i++)
        {
            if (leaf is not { } value)
                continue;
            result = Result(value);
            return true;
        }
        result = default;
        return false;
    }

    private ReadOnlySpan<byte> Result(uint value)
    {
        var from = _results.AsSpan((int)Math.Min(value, (uint)_results.Length));
        var end = from.IndexOf((byte)0);
        return end < 0 ? [] : from[..end];
    }

    private bool TryStep(ref uint place, byte next, out uint? leaf)
    {
        leaf = null;
        var at = place ^ next;
        if (at >= (uint)_units.Length)
            return false;
        var unit = _units[at];
        if ((unit & (LeafBit | 0xFF)) != next)
            return false;
        place = at ^ Offset(unit);
        if ((unit >> 8 & 1) != 0 && place < (uint)_units.Length)
            leaf = _units[place] & ~LeafBit;
        return true;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & (1U << 9)) >> 6);

    private UInt128 FindWhatIsPlain()
    {
        var plain = UInt128.Zero;
        for (byte first = 0; first < 128; first++)
        {
            var place = Offset(_units[0]);
            var isPlain = true;
            if (TryStep(ref place, first, out var leaf))
            {
                isPlain = leaf is null;
                for (byte second = 0; isPlain && second < 128; second++)
                {
                    var further = place;
                    isPlain = !TryStep(ref further, second, out _);
                }
            }
            if (isPlain)
                plain |= UInt128.One << first;
        }
        return plain;
    }

    private uint[] FindBegins()
    {
        var begins = new uint[65536 / 32];
        for (var first = 0; first < 0xF0; first++)
        {
            var place = Offset(_units[0]);
            if (!TryStep(ref place, (byte)first, out _))
                continue;
            if (first < 0x80)
                Mark(first);
            for (var second = 0x80; first >= 0xC0 && second < 0xC0; second++)
            {
                var further = place;
                if (!TryStep(ref further, (byte)second, out _))
                    continue;
                if (first < 0xE0)
                    Mark((first & 0x1F) << 6 | second & 0x3F);
                for (var third = 0x80; first >= 0xE0 && third < 0xC0; third++)
                {
                    var last = further;
                    if (TryStep(ref last, (byte)third, out _))
                        Mark((first & 0xF) << 12 | (second & 0x3F) << 6 | third & 0x3F);
                }
            }
        }
        return begins;

        void Mark(int character) => begins[character >> 5] |= 1U << (character & 31);
    }
}
