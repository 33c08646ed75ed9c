namespace Inkstone.Inference;

/// <summary>Takes what a <see cref="MarkLexer"/> finds.</summary>
internal interface IMarkSink
{
    /// <summary>Takes text without marks.</summary>
    void TakeText(ReadOnlySpan<char> text);

    /// <summary>Takes a mark.</summary>
    /// <param name="mark">Its text.</param>
    /// <param name="isToken">Whether it came as a token of its own, which text cannot imitate.</param>
    void TakeMark(string mark, bool isToken);
}

/// <summary>
/// Parts text that comes in pieces into text and marks. What may be the beginning of a mark is held back until that is decided.
/// </summary>
/// <param name="marks">The marks to find in text; those that are tokens of their own are told instead.</param>
/// <param name="sink">Who takes what is found.</param>
internal sealed class MarkLexer(IReadOnlyList<string> marks, IMarkSink sink)
{
    private readonly char[] _firsts = [.. marks.Select(mark => mark[0]).Distinct()];
    private string _held = "";

    /// <summary>Takes text.</summary>
    public void Append(string text)
    {
        text = _held + text;
        _held = "";
        var rest = text.AsSpan();
        var from = 0;
        while (rest[from..].IndexOfAny(_firsts) is >= 0 and var next)
        {
            from += next;
            var place = rest[from..];
            var (mark, isPart) = Match(place);
            if (isPart)
            {
                _held = place.ToString();
                rest = rest[..from];
                break;
            }
            if (mark is null)
            {
                from++;
                continue;
            }
            Give(rest[..from]);
            sink.TakeMark(mark, isToken: false);
            rest = place[mark.Length..];
            from = 0;
        }
        Give(rest);
    }

    /// <summary>Takes a mark that came as a token.</summary>
    public void AppendToken(string mark)
    {
        Finish();
        sink.TakeMark(mark, isToken: true);
    }

    /// <summary>Gives what is held back.</summary>
    public void Finish()
    {
        var held = _held;
        _held = "";
        Give(held);
    }

    private (string? Mark, bool IsPart) Match(ReadOnlySpan<char> place)
    {
        foreach (var mark in marks)
        {
            if (place.StartsWith(mark, StringComparison.Ordinal))
                return (mark, false);
            if (place.Length < mark.Length && mark.AsSpan().StartsWith(place, StringComparison.Ordinal))
                return (null, true);
        }
        return (null, false);
    }

    private void Give(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
            sink.TakeText(text);
    }
}
