using System.Runtime.CompilerServices;

namespace Inkstone.Tokenizers;

/// <summary>
/// The paths of words met lately, with their margins (<see cref="UnigramMargin"/>): lines of 64 bytes, each word with two possible places,
/// a new one pushing the older out. Grows as <see cref="WordCache"/> does. One thread at a time.
/// </summary>
internal sealed class UnigramCache
{
    /// <summary>The most pieces of a word that is kept.</summary>
    public const int MostPieces = 10;

    private const int MostLines = 16_384;
    private Line[] _lines = new Line[1024];
    private int _added;

    /// <summary>Ten ids in place.</summary>
    [InlineArray(MostPieces)]
    public struct Pieces
    {
        private int _first;
    }

    /// <summary>One word; 64 bytes.</summary>
    public struct Line
    {
        public ulong Low;
        public ulong High;
        public float Margin;
        public int Count;
        public Pieces Ids;
    }

    /// <summary>A word packed by <see cref="ByteHash.Pack"/>; a line that is not its own where it is not here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Line Find(ulong low, ulong high)
    {
        var place = (int)(ByteHash.Of(low, high) & (uint)(_lines.Length - 1));
        ref readonly var line = ref _lines[place];
        if (line.Low == low && line.High == high)
            return ref line;
        return ref _lines[place ^ 1];
    }

    /// <summary>Keeps a word.</summary>
    public void Add(ulong low, ulong high, ReadOnlySpan<int> ids, double margin)
    {
        if (_added > _lines.Length && _lines.Length < MostLines)
            (_lines, _added) = (new Line[4 * _lines.Length], 0);
        _added++;
        var place = (int)(ByteHash.Of(low, high) & (uint)(_lines.Length - 1));
        ref var line = ref _lines[place];
        _lines[place ^ 1] = line;
        (line.Low, line.High, line.Count, line.Margin) = (low, high, ids.Length, (float)margin);
        ids.CopyTo(line.Ids);
    }
}
