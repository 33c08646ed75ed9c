using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Writes text together with the origin of each character; what it writes is counted and limited.</summary>
internal sealed class TextBuilder(RenderState state)
{
    private readonly StringBuilder _text = new();
    private readonly List<OriginRun> _runs = [];
    private TextOrigin _last;

    /// <summary>How many characters are written.</summary>
    public int Length => _text.Length;

    /// <summary>Appends characters of one origin.</summary>
    public void Append(ReadOnlySpan<char> text, TextOrigin origin)
    {
        if (text.IsEmpty)
            return;
        state.SpendText(text.Length, _text.Length);
        Mark(text.Length, origin);
        _text.Append(text);
    }

    /// <summary>Appends one character.</summary>
    public void Append(char character, TextOrigin origin) => Append(new ReadOnlySpan<char>(in character), origin);

    /// <summary>Appends a text.</summary>
    public void Append(TextValue value) => Append(value, 0, value.Size);

    /// <summary>Appends a part of a text, in UTF-16 units.</summary>
    public void Append(TextValue value, int start, int length)
    {
        if (length == 0)
            return;
        state.SpendText(length, _text.Length);
        var before = _text.Length;
        _text.Append(value.Text, start, length);
        if (value.Runs is not { } runs)
        {
            MarkTo(before, before + length, value.Origin);
            return;
        }
        for (var run = value.RunAt(start); run < runs.Length && (run == 0 || runs[run - 1].End < start + length); run++)
            MarkTo(_runs.Count == 0 ? 0 : _runs[^1].End, before + Math.Min(runs[run].End, start + length) - start, runs[run].Origin);
    }

    /// <summary>Appends spaces, or another character, some times.</summary>
    public void Fill(char character, int count, TextOrigin origin)
    {
        if (count <= 0)
            return;
        state.SpendText(count, _text.Length);
        Mark(count, origin);
        _text.Append(character, count);
    }

    /// <summary>What was written.</summary>
    public TextValue ToText() => _text.Length == 0 ? TextValue.Empty
        : _runs.Count == 1 ? new TextValue(_text.ToString(), _last)
        : new TextValue(_text.ToString(), [.. _runs]);

    private void Mark(int count, TextOrigin origin) => MarkTo(_text.Length, _text.Length + count, origin);

    private void MarkTo(int start, int end, TextOrigin origin)
    {
        if (end <= start)
            return;
        if (_runs.Count > 0 && _last == origin)
            _runs[^1] = new(end, origin);
        else
            _runs.Add(new(end, origin));
        _last = origin;
    }
}
