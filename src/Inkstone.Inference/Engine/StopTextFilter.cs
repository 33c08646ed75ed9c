using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// Turns tokens into text for a reader: whole characters only, and nothing that may be the beginning of a stop text until that is decided. A text that goes
/// through as it came is the decoder's own string.
/// </summary>
internal sealed class StopTextFilter(StreamingDecoder decoder, IReadOnlyList<string> stops)
{
    private char[] _held = new char[16];
    private int _count;

    private ReadOnlySpan<char> Held => _held.AsSpan(0, _count);

    /// <summary>The text that a token lets out, and whether a stop text is complete (the text then ends before it).</summary>
    public (string Text, bool Stopped) Append(int token) => Release(decoder.Append(token), flush: false);

    /// <summary>The text still held when the answer ends for another reason.</summary>
    public string Finish() => Release(decoder.Finish(), flush: true).Text;

    private (string Text, bool Stopped) Release(string text, bool flush)
    {
        if (stops.Count == 0)
            return (text, false);
        Hold(text);
        var stop = FirstStop();
        var count = stop >= 0 ? stop : flush ? _count : _count - LongestPartialStop();
        var released = Held[..count].Equals(text, StringComparison.Ordinal) ? text : new string(Held[..count]);
        Held[count..].CopyTo(_held);
        _count = stop >= 0 ? 0 : _count - count;
        return (released, stop >= 0);
    }

    private void Hold(string text)
    {
        if (_held.Length < _count + text.Length)
            Array.Resize(ref _held, 2 * (_count + text.Length));
        text.CopyTo(_held.AsSpan(_count));
        _count += text.Length;
    }

    /// <summary>Where the first complete stop text begins; −1 when there is none.</summary>
    private int FirstStop()
    {
        var first = -1;
        for (var i = 0; i < stops.Count; i++)
        {
            var place = Held.IndexOf(stops[i], StringComparison.Ordinal);
            if (place >= 0 && (first < 0 || place < first))
                first = place;
        }
        return first;
    }

    /// <summary>The length of the longest end of the held text that begins a stop text.</summary>
    private int LongestPartialStop()
    {
        var longest = 0;
        for (var i = 0; i < stops.Count; i++)
            for (var length = Math.Min(stops[i].Length - 1, _count); length > longest; length--)
                if (Held.EndsWith(stops[i].AsSpan(0, length), StringComparison.Ordinal))
                    longest = length;
        return longest;
    }
}
