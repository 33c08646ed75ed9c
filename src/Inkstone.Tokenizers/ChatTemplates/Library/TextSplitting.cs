namespace Inkstone.Tokenizers;

/// <summary>The methods of <c>str</c> that cut text; the parts keep their origins.</summary>
internal static class TextSplitting
{
    /// <summary><c>split(sep, maxsplit)</c> and <c>rsplit</c>.</summary>
    public static TemplateValue Split(TextValue self, Arguments arguments, RenderState state, bool fromRight)
    {
        var bound = arguments.Bind(state, fromRight ? "rsplit" : "split", 0, "sep", "maxsplit");
        var most = bound[1] is { } count ? Numbers.Small(count, state) : -1;
        if (most < 0)
            most = int.MaxValue;
        state.Spend(self.Size / 32 + 1);
        var cuts = new List<(int Start, int End)>();
        if (bound[0] is null or NoneValue)
        {
            if (fromRight)
                WordsFromRight(self.Text, most, cuts);
            else
                Words(self.Text, most, cuts);
        }
        else
        {
            var separator = TextMethods.Text(bound[0]!, state).Text;
            if (separator.Length == 0)
                throw state.Error("empty separator");
            if (fromRight)
                PartsFromRight(self.Text, separator, most, cuts);
            else
                Parts(self.Text, separator, most, cuts);
        }
        if (fromRight)
            cuts.Reverse();
        state.Spend(2L * cuts.Count);
        var parts = new TemplateValue[cuts.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = self.Part(cuts[i].Start, cuts[i].End - cuts[i].Start, state);
        return new ListValue(parts, self.Origin);
    }

    /// <summary><c>splitlines(keepends)</c>.</summary>
    public static TemplateValue SplitLines(TextValue self, Arguments arguments, RenderState state)
    {
        var keep = arguments.Bind(state, "splitlines", 0, "keepends")[0]?.IsTrue(state) ?? false;
        var parts = new List<TemplateValue>();
        foreach (var (start, end, next) in TextScan.Lines(self.Text))
        {
            state.Spend(2);
            parts.Add(self.Part(start, (keep ? next : end) - start, state));
        }
        return new ListValue([.. parts], self.Origin);
    }

    /// <summary><c>partition(sep)</c> and <c>rpartition</c>.</summary>
    public static TemplateValue Partition(TextValue self, Arguments arguments, RenderState state, bool fromRight)
    {
        var separator = TextMethods.Text(arguments.ByPlace(state, fromRight ? "rpartition" : "partition", 1, 1)[0]!, state);
        if (separator.Size == 0)
            throw state.Error("empty separator");
        state.Spend(self.Size / 32 + 1);
        var at = fromRight ? self.Text.LastIndexOf(separator.Text, StringComparison.Ordinal) : self.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        TemplateValue[] parts = at < 0
            ? fromRight ? [TextValue.Empty, TextValue.Empty, self] : [self, TextValue.Empty, TextValue.Empty]
            : [self.Part(0, at, state), self.Part(at, separator.Size, state), self.Part(at + separator.Size, self.Size - at - separator.Size, state)];
        return new TupleValue(parts, self.Origin);
    }

    private static void Words(string text, int most, List<(int, int)> cuts)
    {
        for (var i = 0; ;)
        {
            while (i < text.Length && TextScan.IsSpace(text[i]))
                i++;
            if (i == text.Length)
                return;
            var start = i;
            if (cuts.Count == most)
            {
                cuts.Add((start, text.Length));
                return;
            }
            while (i < text.Length && !TextScan.IsSpace(text[i]))
                i++;
            cuts.Add((start, i));
        }
    }

    private static void WordsFromRight(string text, int most, List<(int, int)> cuts)
    {
        for (var i = text.Length; ;)
        {
            while (i > 0 && TextScan.IsSpace(text[i - 1]))
                i--;
            if (i == 0)
                return;
            var end = i;
            if (cuts.Count == most)
            {
                cuts.Add((0, end));
                return;
            }
            while (i > 0 && !TextScan.IsSpace(text[i - 1]))
                i--;
            cuts.Add((i, end));
        }
    }

    private static void Parts(string text, string separator, int most, List<(int, int)> cuts)
    {
        var from = 0;
        for (int at; cuts.Count < most && (at = text.IndexOf(separator, from, StringComparison.Ordinal)) >= 0; from = at + separator.Length)
            cuts.Add((from, at));
        cuts.Add((from, text.Length));
    }

    private static void PartsFromRight(string text, string separator, int most, List<(int, int)> cuts)
    {
        var to = text.Length;
        for (int at; cuts.Count < most && (at = text.AsSpan(0, to).LastIndexOf(separator)) >= 0; to = at)
            cuts.Add((at + separator.Length, to));
        cuts.Add((0, to));
    }
}
