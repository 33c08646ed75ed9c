namespace Inkstone.Tokenizers;

/// <summary>Byte strings by number, all in one block of memory.</summary>
/// <param name="bytes">The block.</param>
/// <param name="starts">Where each begins.</param>
/// <param name="lengths">How long each is.</param>
internal sealed class PieceBlock(byte[] bytes, int[] starts, int[] lengths)
{
    /// <summary>How many there are.</summary>
    public int Count => starts.Length;

    /// <summary>The bytes of one.</summary>
    public ReadOnlySpan<byte> this[int number] => bytes.AsSpan(starts[number], lengths[number]);

    /// <summary>A block of these strings.</summary>
    public static PieceBlock Of(IReadOnlyList<byte[]> pieces)
    {
        var (starts, lengths) = (new int[pieces.Count], new int[pieces.Count]);
        var bytes = new byte[checked((int)pieces.Sum(piece => (long)piece.Length))];
        for (int i = 0, start = 0; i < pieces.Count; start += lengths[i], i++)
        {
            (starts[i], lengths[i]) = (start, pieces[i].Length);
            pieces[i].CopyTo(bytes, start);
        }
        return new(bytes, starts, lengths);
    }

    /// <summary>A table of these strings, found by their bytes.</summary>
    /// <param name="shown">How long each is there, where 0 leaves it out; null: as here.</param>
    public PieceTable ToTable(int[]? shown = null) => new(bytes, starts, shown ?? lengths);

    /// <summary>The numbers of all strings, or of some, by ascending bytes; of equal ones the lower number first.</summary>
    public int[] Sort(Func<int, bool>? isWanted = null)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
            count += isWanted is null || isWanted(i) ? 1 : 0;
        var sorted = new int[count];
        for (int i = 0, at = 0; i < Count; i++)
        {
            if (isWanted is null || isWanted(i))
                sorted[at++] = i;
        }
        Array.Sort(sorted, (x, y) => this[x].SequenceCompareTo(this[y]) is var order && order != 0 ? order : x.CompareTo(y));
        return sorted;
    }
}
