namespace Inkstone.Tokenizers;

/// <summary>
/// The matches of a pattern in a text, one after another, as Hugging Face tokenizers and tiktoken walk through them: after an empty match the
/// search goes on one character later, and an empty match that touches the match before is passed over. All of them together take
/// time linear in the text.
/// </summary>
internal ref struct PatternMatches
{
    private readonly TextPattern _pattern;
    private readonly ReadOnlySpan<byte> _utf8;
    private PatternMemory? _memory;
    private long _bytesRead;
    private int _next;
    private int _lastEnd;

    public PatternMatches(TextPattern pattern, ReadOnlySpan<byte> utf8)
    {
        _pattern = pattern;
        _utf8 = utf8;
        _lastEnd = -1;
    }

    /// <summary>Where the current match begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <summary>Bytes read so far, each as often as it was read.</summary>
    public readonly long BytesRead => _bytesRead;

    /// <summary>Goes to the next match.</summary>
    public bool MoveNext()
    {
        while (_next <= _utf8.Length && _pattern.TryFind(_utf8, _next, ref _memory, ref _bytesRead, out var start, out var end))
        {
            _next = end;
            if (start == end)
            {
                if (end < _utf8.Length)
                {
                    CharacterClasses.Decode(_utf8[end..], out var length);
                    _next += length;
                }
                else
                    _next++;
                if (end == _lastEnd)
                    continue;
            }
            (Start, End, _lastEnd) = (start, end, end);
            return true;
        }
        _next = _utf8.Length + 1;
        return false;
    }
}
