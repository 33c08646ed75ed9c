using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>The lines of a stream as bytes, each of bounded length; the memory given is overwritten by the next line.</summary>
internal sealed class ByteLines(Stream stream, long longest)
{
    private byte[] _buffer = new byte[65_536];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The next line without its line feed; false at the end.</summary>
    /// <exception cref="InvalidDataException">The line is longer than the limit.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        for (var searched = _start; ;)
        {
            var feed = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = _buffer.AsMemory(_start, searched + feed - _start);
                _start = searched + feed + 1;
                return true;
            }
            if (_ended)
            {
                line = _buffer.AsMemory(_start, _end - _start);
                _start = _end;
                return line.Length > 0;
            }
            searched = _end - _start; // after Fill has moved the line to the front
            Fill();
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            if (_end >= longest)
                throw new InvalidDataException(Invariant($"a line is longer than {longest} bytes"));
            Array.Resize(ref _buffer, (int)Math.Min(Math.Max(longest, _end + 1L), checked(_end * 2L)));
        }
        var count = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        _ended = count == 0;
    }
}
