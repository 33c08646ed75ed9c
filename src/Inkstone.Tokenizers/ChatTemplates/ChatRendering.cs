namespace Inkstone.Tokenizers;

/// <summary>A control token that stands in a rendering and may be matched there.</summary>
/// <param name="Start">Where it begins, in UTF-16 units.</param>
/// <param name="Token">Its text.</param>
public readonly record struct ChatControlToken(int Start, string Token);

/// <summary>What a chat template wrote, and which of it came from the request.</summary>
public sealed class ChatRendering
{
    private readonly TextValue _text;

    internal ChatRendering(TextValue text, long steps)
    {
        (_text, Text, Steps) = (text, text.Text, steps);
        RequestRanges = Ranges(text, TextOrigin.Request);
        GenerationRanges = Ranges(text, TextOrigin.Generation);
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>How many steps of <see cref="ChatTemplateLimits.MaximumSteps"/> it took.</summary>
    public long Steps { get; }

    /// <summary>
    /// What came from the request: from messages, tools, documents and free variables, also through operators, filters and methods. What
    /// cannot be told apart counts as the request's. In order, without gaps between neighbours.
    /// </summary>
    public IReadOnlyList<TextRange> RequestRanges { get; }

    /// <summary>What stands inside <c>{% generation %}</c>. Empty where the template has none. Blocks that touch are one range.</summary>
    public IReadOnlyList<TextRange> GenerationRanges { get; }

    /// <summary>Whether the character at an index came from the request.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the text.</exception>
    public bool IsFromRequest(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Text.Length);
        return (_text.OriginAt(index) & TextOrigin.Request) != 0;
    }

    /// <summary>
    /// Where control tokens may be matched: from left to right the longest that begins at each place, but none whose first or last
    /// character came from the request. A token that is refused hides no other, so nothing a user types takes one away either.
    /// </summary>
    /// <param name="controlTokens">The texts of the control tokens.</param>
    public IReadOnlyList<ChatControlToken> FindControlTokens(IEnumerable<string> controlTokens)
    {
        var edges = new Dictionary<(int Node, char Next), int>();
        var ends = new List<string?> { null };
        foreach (var token in controlTokens)
        {
            var node = 0;
            foreach (var c in token)
            {
                if (!edges.TryGetValue((node, c), out var next))
                {
                    next = ends.Count;
                    ends.Add(null);
                    edges.Add((node, c), next);
                }
                node = next;
            }
            if (node > 0)
                ends[node] = token;
        }
        var found = new List<ChatControlToken>();
        for (var start = 0; start < Text.Length; start++)
        {
            if (!edges.ContainsKey((0, Text[start])) || IsFromRequest(start))
                continue;
            string? longest = null;
            for (int node = 0, at = start; at < Text.Length && edges.TryGetValue((node, Text[at]), out node); at++)
            {
                if (ends[node] is { } token && !IsFromRequest(at))
                    longest = token;
            }
            if (longest is null)
                continue;
            found.Add(new(start, longest));
            start += longest.Length - 1;
        }
        return found;
    }

    private static List<TextRange> Ranges(TextValue text, TextOrigin flag)
    {
        var ranges = new List<TextRange>();
        var start = 0;
        foreach (var run in text.Runs ?? [new(text.Size, text.Origin)])
        {
            if ((run.Origin & flag) != 0 && run.End > start)
            {
                if (ranges.Count > 0 && ranges[^1].End == start)
                    ranges[^1] = new(ranges[^1].Start, run.End);
                else
                    ranges.Add(new(start, run.End));
            }
            start = run.End;
        }
        return ranges;
    }
}
