namespace Inkstone.Tokenizers.Tests;

/// <summary>A backtracking matcher of the plainest kind: every part tries its ways in order and asks what follows. The oracle of <see cref="TextPattern"/>.</summary>
internal sealed class NaivePattern(string pattern, PatternDialect dialect)
{
    private const int MostSteps = 200_000;

    private readonly PatternNode _root = PatternParser.Parse(pattern, dialect, PatternBudget.For(pattern.Length));
    private int[] _text = [];
    private int _steps;

    /// <summary>The matches in a text of code points, or null where backtracking would take too long.</summary>
    public List<(int Start, int End)>? Matches(int[] text)
    {
        var matches = new List<(int, int)>();
        _text = text;
        for (int next = 0, last = -1; next <= text.Length;)
        {
            var (start, end) = (next, -1);
            for (; start <= text.Length && end < 0; start++)
            {
                _steps = 0;
                Match(_root, start, position =>
                {
                    end = position;
                    return true;
                });
                if (_steps > MostSteps)
                    return null;
            }
            start--;
            if (end < 0)
                break;
            next = start == end ? end + 1 : end;
            if (start == end && end == last)
                continue;
            last = end;
            matches.Add((start, end));
        }
        return matches;
    }

    private bool Match(PatternNode node, int position, Func<int, bool> then)
    {
        if (++_steps > MostSteps)
            return true;
        switch (node)
        {
            case PatternNode.Character character:
                return position < _text.Length && character.Set.Contains(_text[position]) && then(position + 1);
            case PatternNode.Ahead ahead:
                return (position < _text.Length ? ahead.Set.Contains(_text[position]) : ahead.AtEnd) && then(position);
            case PatternNode.Behind behind:
                return (position > 0 ? behind.Set.Contains(_text[position - 1]) : behind.AtStart) && then(position);
            case PatternNode.Sequence sequence:
                return Part(0, position);
                bool Part(int index, int at) =>
                    index == sequence.Parts.Count ? then(at) : Match(sequence.Parts[index], at, next => Part(index + 1, next));
            case PatternNode.Choice choice:
                return choice.Options.Any(option => Match(option, position, then));
            case PatternNode.Repeat repeat:
                return Turn(0, position);
                bool Turn(int count, int at)
                {
                    if (count < repeat.Least)
                        return Match(repeat.Body, at, next => Turn(count + 1, next));
                    var more = count != repeat.Most;
                    // A turn beyond the required ones that matches nothing is the last.
                    bool Again() => more && Match(repeat.Body, at, next => next == at ? then(next) : Turn(count + 1, next));
                    return repeat.Lazy ? then(at) || Again() : Again() || then(at);
                }
            default:
                return then(position);
        }
    }
}
