namespace Inkstone.Inference;

/// <summary>Reads a call of the Hermes format: one JSON object between two marks.</summary>
internal sealed class HermesCallReader : ToolCallReader
{
    public const string Open = "<tool_call>";
    public const string Close = "</tool_call>";

    private readonly JsonObjectScanner _object = new();
    private bool _isClosed;

    public override bool IsSettled => _isClosed;

    public override bool Begin(string mark) => mark == Open;

    public override bool Append(char c)
    {
        var isBetween = _object.IsComplete || _object.IsEmpty;
        if (isBetween && char.IsWhiteSpace(c))
            return true;
        if (isBetween && (_object.IsComplete || c != '{'))
            return false;
        _object.Append(c);
        return true;
    }

    public override bool Append(string mark)
    {
        if (_object.TryAppend(mark))
            return true;
        if (_isClosed || mark != Close)
            return false;
        _isClosed = Finish();
        return _isClosed;
    }

    public override bool Finish() => _object.IsComplete && Add(ToolCall.Parse(_object.Text));
}
