namespace Inkstone.Corpus;

/// <summary>
/// Cuts a stream of text into pieces: at the first blank line once a piece has its wanted length; where none comes before
/// the greatest length, at the last line end, else at the last space, else anywhere but inside a surrogate pair.
/// Memory is bounded by the greatest length and the longest span added at once.
/// </summary>
internal sealed class BlockCutter(int wanted, int greatest)
{
    private char[] _buffer = new char[Math.Min(greatest, 512)];
    private int _count;
    private int _scanned; // nothing before this ends a piece
    private bool _carriageReturn;

    /// <summary>Adds text; line ends of every kind become \n.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        if (_count + text.Length > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(checked(_count + text.Length), (int)Math.Min(_buffer.Length * 2L, Array.MaxLength)));
        foreach (var c in text)
        {
            if (!(c == '\n' && _carriageReturn))
                _buffer[_count++] = c == '\r' ? '\n' : c;
            _carriageReturn = c == '\r';
        }
    }

    /// <summary>Takes the next whole piece, or null when more text is needed first.</summary>
    public string? TryTake()
    {
        var end = FindBlankLine();
        if (end < 0)
        {
            if (_count <= greatest)
                return null;
            end = FindForcedEnd();
        }
        return Remove(end);
    }

    /// <summary>Takes what is left at the end of the stream, or of a record; null when it is nothing.</summary>
    public string? TakeRest()
    {
        if (TryTake() is { } piece)
            return piece;
        _carriageReturn = false;
        return _count == 0 ? null : Remove(_count);
    }

    // The place behind a blank line (a line of white space only) at or after the wanted length, or -1.
    private int FindBlankLine()
    {
        for (var i = Math.Max(_scanned, wanted); i < _count && i < greatest;)
        {
            var next = _buffer.AsSpan(i, Math.Min(_count, greatest) - i).IndexOf('\n');
            if (next < 0)
                break;
            var end = i + next + 1;
            while (end < _count && end < greatest && _buffer[end] is ' ' or '\t')
                end++;
            if (end >= greatest)
                break;
            if (end >= _count)
            {
                _scanned = i + next; // what follows the line end is not known yet
                return -1;
            }
            if (_buffer[end] == '\n')
                return end + 1;
            i += next + 1;
        }
        _scanned = Math.Max(_scanned, Math.Min(_count, greatest));
        return -1;
    }

    private int FindForcedEnd()
    {
        var piece = _buffer.AsSpan(0, greatest);
        var least = greatest / 2; // an earlier line end would make the piece too short
        var end = piece[least..].LastIndexOf('\n');
        if (end < 0)
            end = piece[least..].LastIndexOfAny(' ', '\t');
        if (end >= 0)
            return least + end + 1;
        return char.IsHighSurrogate(piece[^1]) ? greatest - 1 : greatest;
    }

    private string Remove(int length)
    {
        var piece = new string(_buffer, 0, length);
        Array.Copy(_buffer, length, _buffer, 0, _count - length);
        _count -= length;
        _scanned = 0;
        return piece;
    }
}
