using System.Text;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>
/// Parts an answer, as it comes, into text, reasoning and tool calls. However the answer is cut into pieces, what comes out is the same put together. White space beside
/// a mark belongs to the format and is dropped; what is no proper call comes out as text, as it was written.
/// </summary>
internal sealed class AnswerReader : IMarkSink
{
    /// <summary>The longest call, in characters.</summary>
    public const int LongestCall = 1 << 18;

    /// <summary>The most calls of an answer.</summary>
    public const int MostCalls = 128;

    private readonly AnswerForm _form;
    private readonly MarkLexer _lexer;
    private readonly List<AIContent> _output = [];
    private readonly StringBuilder _text = new(); // of the section at hand, to be given next
    private readonly StringBuilder _space = new(); // white space that is text only if text follows
    private readonly StringBuilder _raw = new(); // of the call at hand
    private ToolCallReader? _calls;
    private bool _skipsSpace;
    private bool _hasText;
    private bool _isClosed;

    /// <summary>A reader of one answer.</summary>
    public AnswerReader(AnswerForm form)
    {
        _form = form;
        _lexer = new MarkLexer(form.Syntax.SpelledMarks, this);
        (IsReasoning, _skipsSpace) = (form.BeginsInReasoning, form.BeginsInReasoning && form.Reasoning != ReasoningUse.InText);
    }

    /// <summary>How many calls have come.</summary>
    public int CallCount { get; private set; }

    /// <summary>Whether what comes next is reasoning.</summary>
    public bool IsReasoning { get; private set; }

    /// <summary>Whether nothing more is wanted.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Takes text.</summary>
    public void Append(string text) => _lexer.Append(text);

    /// <summary>Takes a mark that is a token of its own.</summary>
    public void AppendToken(string mark) => _lexer.AppendToken(mark);

    /// <summary>Takes the end of the answer.</summary>
    public void Finish()
    {
        _lexer.Finish();
        if (_calls is { } reader)
        {
            if (reader.IsSettled || reader.Finish())
            {
                GiveCalls(reader);
                _raw.Clear();
            }
            else
                GiveUpCall();
        }
        if (!_skipsSpace && !_isClosed)
            _text.Append(_space);
        _space.Clear();
    }

    /// <summary>What has come out since the last time.</summary>
    public List<AIContent> Take()
    {
        FlushText();
        List<AIContent> contents = [.. _output];
        _output.Clear();
        return contents;
    }

    void IMarkSink.TakeText(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            Read(c);
    }

    void IMarkSink.TakeMark(string mark, bool isToken)
    {
        if (_isClosed)
            return;
        if (_calls is { } reader)
        {
            if (reader.Append(mark))
            {
                _raw.Append(mark);
                GiveCalls(reader);
                return;
            }
            GiveUpCall();
        }
        if (IsReasoning ? mark == _form.Syntax.Reasoning.Close : mark == _form.Syntax.Reasoning.Open && (isToken || !_hasText && CallCount == 0))
            TurnReasoning(mark);
        else if (!IsReasoning && NewReader() is { } fresh && fresh.Begin(mark))
        {
            _calls = fresh;
            _raw.Append(mark);
        }
        else
            Put(mark);
    }

    private void Read(char c)
    {
        if (_isClosed)
            return;
        if (_calls is null && c == '{' && !IsReasoning && !_hasText && NewReader() is { } fresh && fresh.Begin(c))
        {
            _calls = fresh;
            _raw.Append(c);
            return;
        }
        if (_calls is { } reader)
        {
            if (reader.Append(c))
            {
                _raw.Append(c);
                GiveCalls(reader);
                return;
            }
            GiveUpCall();
        }
        Put(c);
    }

    private ToolCallReader? NewReader() => CallCount < MostCalls ? _form.NewCallReader() : null;

    /// <summary>Gives the calls that are complete, and ends the section when it has grown too long.</summary>
    private void GiveCalls(ToolCallReader reader)
    {
        while (!_isClosed && reader.TryTake(out var call))
        {
            FlushText();
            _space.Clear();
            _skipsSpace = true;
            _raw.Clear();
            CallCount++;
            _output.Add(new FunctionCallContent(_form.NewCallId(), call.Name, call.Arguments));
            _isClosed = _form.IsOneCall;
        }
        if (reader.IsSettled)
            _raw.Clear();
        if (_raw.Length > LongestCall || CallCount >= MostCalls)
            GiveUpCall();
    }

    /// <summary>What has been taken for a call is text.</summary>
    private void GiveUpCall()
    {
        var raw = _raw.ToString();
        _raw.Clear();
        _calls = null;
        Put(raw);
    }

    private void TurnReasoning(string mark)
    {
        if (_form.Reasoning == ReasoningUse.InText)
            Put(mark);
        else
        {
            FlushText();
            _space.Clear();
            _skipsSpace = true;
        }
        IsReasoning = !IsReasoning;
        _hasText = false;
    }

    private void Put(string text)
    {
        foreach (var c in text)
            Put(c);
    }

    private void Put(char c)
    {
        if (char.IsWhiteSpace(c))
        {
            if (!_skipsSpace)
                _space.Append(c);
            return;
        }
        _text.Append(_space).Append(c);
        _space.Clear();
        (_skipsSpace, _hasText) = (false, true);
    }

    private void FlushText()
    {
        if (_text.Length == 0)
            return;
        var text = _text.ToString();
        _text.Clear();
        if (!IsReasoning || _form.Reasoning == ReasoningUse.InText)
            _output.Add(new TextContent(text));
        else if (_form.Reasoning == ReasoningUse.Apart)
            _output.Add(new TextReasoningContent(text));
    }
}
