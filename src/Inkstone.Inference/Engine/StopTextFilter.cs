using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// Turns tokens into text for a reader: whole characters only, and nothing that may be the beginning of a stop text until that is decided.
/// </summary>
internal sealed class StopTextFilter(StreamingDecoder decoder, IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>The text that a token lets out, and whether a stop text is complete (the text then ends before it).</summary>
    public (string Text, bool Stopped) Append(int token) => Release(decoder.Append(token), flush: false);

    /// <summary>The text still held when the answer ends for another reason.</summary>
    public string Finish() => Release(decoder.Finish(), flush: true).Text;

    private (string Text, bool Stopped) Release(string text, bool flush)
    {
        if (stops.Count == 0)
            return (text, false);
        _held += text;
        var stop = stops.Select(s => _held.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        var count = stop >= 0 ? stop : flush ? _held.Length : _held.Length - LongestPartialStop();
        var released = _held[..count];
        _held = stop >= 0 ? "" : _held[count..];
        return (released, stop >= 0);
    }

    /// <summary>The length of the longest end of the held text that begins a stop text.</summary>
    private int LongestPartialStop()
    {
        var longest = 0;
        foreach (var stop in stops)
            for (var length = Math.Min(stop.Length - 1, _held.Length); length > longest; length--)
                if (_held.EndsWith(stop[..length], StringComparison.Ordinal))
                    longest = length;
        return longest;
    }
}
