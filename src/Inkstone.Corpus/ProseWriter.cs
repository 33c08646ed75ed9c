using System.Text;

namespace Inkstone.Corpus;

/// <summary>
/// Puts running text together from the pieces of a marked-up one: white space shrinks to one space, a blank line in the
/// source parts paragraphs, and nothing begins or ends with either.
/// </summary>
internal sealed class ProseWriter
{
    private readonly StringBuilder _text = new();
    private int _lines; // line breaks owed before the next word
    private bool _space;

    /// <summary>True inside list items, where paragraphs are run together.</summary>
    public bool Flat { get; set; }

    /// <summary>Adds running text.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var word = text.IndexOfAny(" \t\r\n");
            if (word != 0)
            {
                Flush();
                _text.Append(word < 0 ? text : text[..word]);
                if (word < 0)
                    return;
                text = text[word..];
            }
            var end = text.IndexOfAnyExcept(" \t\r\n");
            var blank = end < 0 ? text : text[..end];
            _space = true;
            if (blank.Count('\n') > 1)
                Paragraph();
            text = end < 0 ? [] : text[end..];
        }
    }

    /// <summary>Begins a paragraph: a blank line, unless the text is flat.</summary>
    public void Paragraph()
    {
        if (Flat)
            _space = true;
        else
            _lines = 2;
    }

    /// <summary>Begins a line.</summary>
    public void Line() => _lines = Math.Max(_lines, 1);

    /// <summary>Begins a section: a blank line, flat or not.</summary>
    public void Section() => _lines = 2;

    /// <summary>Adds lines of code, each four spaces in, as they stand but for the indentation they share.</summary>
    public void Code(string code)
    {
        var lines = code.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()).ToList();
        var first = lines.FindIndex(line => line.Length > 0);
        if (first < 0)
            return;
        lines = lines[first..(lines.FindLastIndex(line => line.Length > 0) + 1)];
        // The first line often stands right behind the tag, so that only the others show the indentation.
        var indented = lines.Skip(lines[0].StartsWith(' ') ? 0 : 1).Where(line => line.Length > 0);
        var shared = indented.Select(Indentation).DefaultIfEmpty(0).Min();
        _lines = Math.Max(_lines, 1);
        foreach (var line in lines)
        {
            Flush();
            if (line.Length > 0)
                _text.Append("    ").Append(line, Math.Min(shared, Indentation(line)), line.Length - Math.Min(shared, Indentation(line)));
            else
                _text.Append("    ");
            _lines = 1;
        }
    }

    /// <summary>Everything written since the last call.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        (_lines, _space, Flat) = (0, false, false);
        return text;
    }

    private void Flush()
    {
        if (_text.Length > 0)
        {
            if (_lines > 0)
                _text.Append('\n', _lines);
            else if (_space && _text[^1] is not '\n')
                _text.Append(' ');
        }
        (_lines, _space) = (0, false);
    }

    private static int Indentation(string line) => line.Length - line.TrimStart(' ').Length;
}
