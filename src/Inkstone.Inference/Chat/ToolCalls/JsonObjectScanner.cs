using System.Text;

namespace Inkstone.Inference;

/// <summary>Finds the end of a JSON object that comes a character at a time. Whether it is JSON at all is for a parser to say.</summary>
internal sealed class JsonObjectScanner
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _isEscaped;

    /// <summary>What has come so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Whether nothing has come yet.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>Whether the object is complete.</summary>
    public bool IsComplete => _depth == 0 && _text.Length > 0;

    /// <summary>Whether what comes next stands in a string.</summary>
    public bool IsInString { get; private set; }

    /// <summary>Begins an object, whose opening brace comes next.</summary>
    public void Clear()
    {
        _text.Clear();
        (_depth, IsInString, _isEscaped) = (0, false, false);
    }

    /// <summary>Takes one character.</summary>
    public void Append(char c)
    {
        _text.Append(c);
        if (IsInString)
        {
            if (_isEscaped)
                _isEscaped = false;
            else if (c == '\\')
                _isEscaped = true;
            else if (c == '"')
                IsInString = false;
        }
        else if (c == '"')
            IsInString = true;
        else if (c is '{' or '[')
            _depth++;
        else if (c is '}' or ']')
            _depth--;
    }

    /// <summary>Takes a mark, if it stands in a string.</summary>
    public bool TryAppend(string mark)
    {
        if (!IsInString)
            return false;
        foreach (var c in mark)
            Append(c);
        return true;
    }
}
