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
    private readonly bool[] _plainAscii = new bool[128];
    private readonly uint[] _begins = new uint[65536 / 32]; // of each BMP character: whether a rule may begin with it

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
        FindWhatIsPlain();
    }

    /// <summary>The map as it stands in files.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether an ASCII character before another one, or at the end, is always left as it is.</summary>
    public bool IsPlain(byte ascii) => _plainAscii[ascii];

    /// <summary>Whether a rule may begin with a character of the Basic Multilingual Plane.</summary>
    public bool MayBegin(int character) => (_begins[character >> 5] >> (character & 31) & 1) != 0;

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

    private void FindWhatIsPlain()
    {
        Span<byte> utf8 = stackalloc byte[3];
        for (var character = 0; character < 65536; character++)
        {
            if (character is >= 0xD800 and < 0xE000)
                continue;
            var length = new System.Text.Rune(character).EncodeToUtf8(utf8);
            var place = Offset(_units[0]);
            var fits = true;
            for (var i = 0; i < length && fits; i++)
                fits = TryStep(ref place, utf8[i], out _);
            if (fits)
                _begins[character >> 5] |= 1U << (character & 31);
        }
        for (byte first = 0; first < 128; first++)
        {
            var place = Offset(_units[0]);
            if (!TryStep(ref place, first, out var leaf))
            {
                _plainAscii[first] = true;
                continue;
            }
            _plainAscii[first] = leaf is null;
            for (byte second = 0; second < 128; second++)
            {
                var further = place;
                _plainAscii[first] &= !TryStep(ref further, second, out _);
            }
        }
    }
}
