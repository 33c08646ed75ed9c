using System.Runtime.CompilerServices;

namespace Inkstone.Tokenizers;

/// <summary>
/// The tokens of pieces met lately: a table of lines of 64 bytes in which a piece has two possible places and a new one pushes the
/// older out. A line holds a piece of at most fifteen bytes and at most eleven tokens. The table begins with 1,024 lines (64 KiB), so
/// that a short text costs little, and is made four times as large, empty, when more pieces than it has lines have been added, up to
/// 16,384 lines (1 MiB). One thread uses a cache at a time.
/// </summary>
internal sealed class WordCache
{
    /// <summary>The longest piece that is kept, in bytes.</summary>
    public const int LongestPiece = 15;

    /// <summary>The most tokens that are kept for a piece.</summary>
    public const int MostTokens = 11;

    private const int MostLines = 16_384;
    private Line[] _lines = new Line[1024];
    private int _added;

    /// <summary>Eleven token ids in place.</summary>
    [InlineArray(MostTokens)]
    public struct Tokens
    {
        private int _first;
    }

    /// <summary>One piece and its tokens; 64 bytes.</summary>
    public struct Line
    {
        public ulong Low;
        public ulong High;
        public int Count;
        public Tokens Ids;
    }

    /// <summary>The tokens of a piece packed by <see cref="ByteHash.Pack"/>; empty when it is not here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> Find(ulong low, ulong high)
    {
        var place = (int)(ByteHash.Of(low, high) & (uint)(_lines.Length - 1));
        ref var line = ref _lines[place];
        if (line.Low != low || line.High != high)
        {
            line = ref _lines[place ^ 1];
            if (line.Low != low || line.High != high)
                return [];
        }
        return ((ReadOnlySpan<int>)line.Ids)[..line.Count];
    }

    /// <summary>Keeps a piece: in its first place, whose line moves to the second.</summary>
    public void Add(ulong low, ulong high, ReadOnlySpan<int> tokens)
    {
        if (_added > _lines.Length && _lines.Length < MostLines)
            (_lines, _added) = (new Line[4 * _lines.Length], 0);
        _added++;
        var place = (int)(ByteHash.Of(low, high) & (uint)(_lines.Length - 1));
        ref var line = ref _lines[place];
        _lines[place ^ 1] = line;
        (line.Low, line.High, line.Count) = (low, high, tokens.Length);
        tokens.CopyTo(line.Ids);
    }
}
