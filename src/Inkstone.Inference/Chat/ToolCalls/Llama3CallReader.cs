namespace Inkstone.Inference;

/// <summary>
/// Reads calls of the Llama 3 format: JSON objects, parted by semicolons, after a mark or as the whole answer. Without a mark an object that names none of the tools is
/// text, and one that begins with another key than calls do is so at once.
/// </summary>
internal sealed class Llama3CallReader(IReadOnlyCollection<string> tools) : ToolCallReader
{
    public const string Open = "<|python_tag|>";

    private static readonly string[] FirstKeys = ["\"name\"", "\"type\"", "\"function\"", "\"parameters\"", "\"arguments\"", "\"id\""];

    private readonly JsonObjectScanner _object = new();
    private string _firstKey = "";
    private bool _isMarked;
    private bool _isInside;
    private bool _hasKey;
    private bool _hasCall;

    public override bool IsSettled => _hasCall && !_isInside;

    public override bool Begin(string mark)
    {
        (_isMarked, _hasCall) = (mark == Open, false);
        return _isMarked;
    }

    public override bool Begin(char c) => c == '{' && Append(c);

    public override bool Append(char c)
    {
        if (!_isInside)
        {
            if (char.IsWhiteSpace(c) || c == ';')
                return true;
            if (c != '{')
                return false;
            (_isInside, _hasCall, _hasKey, _firstKey) = (true, false, _isMarked, "");
            _object.Clear();
        }
        else if (!_hasKey && !IsFirstKey(c))
            return false;
        _object.Append(c);
        if (!_object.IsComplete)
            return true;
        _isInside = false;
        _hasCall = Add(ToolCall.Parse(_object.Text) is { } call && (_isMarked || tools.Contains(call.Name)) ? call : null);
        return _hasCall;
    }

    public override bool Append(string mark) => _isInside ? _object.TryAppend(mark) : IsSettled && Begin(mark);

    public override bool Finish() => false;

    private bool IsFirstKey(char c)
    {
        if (_firstKey.Length == 0 && char.IsWhiteSpace(c))
            return true;
        _firstKey += c;
        _hasKey = Array.Exists(FirstKeys, key => key == _firstKey);
        return Array.Exists(FirstKeys, key => key.StartsWith(_firstKey, StringComparison.Ordinal));
    }
}
