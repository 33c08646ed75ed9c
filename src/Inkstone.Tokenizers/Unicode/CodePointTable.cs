using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkstone.Tokenizers;

/// <summary>
/// A small number for each code point, read from UTF-8: one look-up for ASCII, two for the others (blocks of 128 code points, equal
/// blocks shared). A broken sequence counts as in <see cref="CharacterClasses.At"/>.
/// </summary>
internal sealed class CodePointTable
{
    private const int BlockBits = 7;
    private const int BlockSize = 1 << BlockBits;

    private readonly byte[] _ofBytes = new byte[128];
    private readonly ushort[] _blockOf = new ushort[0x110000 >> BlockBits];
    private readonly byte[] _blocks;

    /// <summary>Fills the table from a function.</summary>
    public CodePointTable(Func<int, byte> numberOf)
    {
        var blocks = new List<byte>();
        var known = new Dictionary<UInt128, List<ushort>>();
        Span<byte> block = stackalloc byte[BlockSize];
        for (var start = 0; start < 0x110000; start += BlockSize)
        {
            for (var i = 0; i < BlockSize; i++)
                block[i] = numberOf(start + i);
            _blockOf[start >> BlockBits] = Place(block, blocks, known);
        }
        _blocks = [.. blocks];
        _blocks.AsSpan(_blockOf[0] << BlockBits, BlockSize).CopyTo(_ofBytes);
    }

    /// <summary>The number of the character at a position inside the text, and its length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte At(ReadOnlySpan<byte> utf8, int position, out int length)
    {
        int value = utf8[position];
        if (value < 128)
        {
            length = 1;
            return _ofBytes[value];
        }
        var codePoint = CharacterClasses.Decode(utf8[position..], out length);
        return _blocks[(_blockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & (BlockSize - 1))];
    }

    private static ushort Place(ReadOnlySpan<byte> block, List<byte> blocks, Dictionary<UInt128, List<ushort>> known)
    {
        var hash = UInt128.Zero;
        foreach (var value in block)
            hash = (hash * 1_000_003) + value;
        if (!known.TryGetValue(hash, out var places))
            known.Add(hash, places = []);
        foreach (var place in places)
        {
            if (CollectionsMarshal.AsSpan(blocks).Slice(place << BlockBits, BlockSize).SequenceEqual(block))
                return place;
        }
        var added = (ushort)(blocks.Count >> BlockBits);
        places.Add(added);
        blocks.AddRange(block);
        return added;
    }
}
