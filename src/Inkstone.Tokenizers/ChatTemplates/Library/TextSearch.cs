using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>The methods of <c>str</c> that look for text in text.</summary>
internal static class TextSearch
{
    /// <summary><c>str.replace(old, new, count)</c>: what is put in keeps its own origin.</summary>
    public static TextValue Replace(TextValue self, TextValue old, TextValue with, int count, RenderState state)
    {
        state.Spend(self.Size / 32 + 1);
        string text = self.Text, sought = old.Text;
        if (count < 0)
            count = int.MaxValue;
        var output = new TextBuilder(state);
        var from = 0;
        if (sought.Length == 0)
        {
            // Before every character and at the end.
            for (; count > 0 && from <= text.Length; count--)
            {
                output.Append(with);
                if (from == text.Length)
                    return output.ToText();
                var length = from + 1 < text.Length && char.IsSurrogatePair(text[from], text[from + 1]) ? 2 : 1;
                output.Append(self, from, length);
                from += length;
            }
            output.Append(self, from, text.Length - from);
            return output.ToText();
        }
        for (int at; count > 0 && (at = text.IndexOf(sought, from, StringComparison.Ordinal)) >= 0; count--, from = at + sought.Length)
        {
            output.Append(self, from, at - from);
            output.Append(with);
        }
        if (from == 0)
            return self.AsMarkup(false);
        output.Append(self, from, text.Length - from);
        return output.ToText();
    }

    /// <summary><c>startswith</c> and <c>endswith</c>.</summary>
    public static BooleanValue Edge(TextValue self, Arguments arguments, RenderState state, bool atStart)
    {
        var name = atStart ? "startswith" : "endswith";
        var bound = arguments.ByPlace(state, name, 1, 3);
        var (start, end) = Window(self, bound[1], bound[2], state);
        var origin = self.Origin | bound[0]!.Origin;
        var sought = bound[0] is TupleValue several ? several.Values : [bound[0]!];
        foreach (var candidate in sought)
        {
            if (candidate is not TextValue edge)
                throw state.Error($"{name} first arg must be str or a tuple of str, not {candidate.TypeName}");
            state.Spend(1 + edge.Size / 64);
            if (start <= end && end - start >= edge.Size
                && self.Text.AsSpan(atStart ? start : end - edge.Size, edge.Size).SequenceEqual(edge.Text))
                return BooleanValue.Of(true, origin);
        }
        return BooleanValue.Of(false, origin);
    }

    /// <summary><c>removeprefix</c> and <c>removesuffix</c>.</summary>
    public static TextValue Remove(TextValue self, Arguments arguments, RenderState state, bool atStart)
    {
        var edge = TextMethods.Text(arguments.ByPlace(state, atStart ? "removeprefix" : "removesuffix", 1, 1)[0]!, state);
        if (edge.Size == 0 || edge.Size > self.Size)
            return self;
        var rest = self.Size - edge.Size;
        return self.Text.AsSpan(atStart ? 0 : rest, edge.Size).SequenceEqual(edge.Text) ? self.Part(atStart ? edge.Size : 0, rest, state) : self;
    }

    /// <summary><c>count</c>.</summary>
    public static TemplateValue CountOf(TextValue self, Arguments arguments, RenderState state)
    {
        var bound = arguments.ByPlace(state, "count", 1, 3);
        var sought = TextMethods.Text(bound[0]!, state);
        var (start, end) = Window(self, bound[1], bound[2], state);
        state.Spend(self.Size / 32 + 1);
        var count = 0;
        if (sought.Size == 0)
            count = start > end ? 0 : TextKinds.Points(self.Text[start..end]).Count() + 1;
        else
        {
            for (int from = start, at; from < end && (at = self.Text.AsSpan(from, end - from).IndexOf(sought.Text)) >= 0; from += at + sought.Size)
                count++;
        }
        return new IntegerValue(count, self.Origin | sought.Origin);
    }

    /// <summary><c>find</c>, <c>rfind</c>, <c>index</c> and <c>rindex</c>.</summary>
    public static TemplateValue Find(TextValue self, Arguments arguments, RenderState state, string name)
    {
        var bound = arguments.ByPlace(state, name, 1, 3);
        var sought = TextMethods.Text(bound[0]!, state);
        var (start, end) = Window(self, bound[1], bound[2], state);
        state.Spend(self.Size / 32 + 1);
        var at = -1;
        if (start <= end)
        {
            var window = self.Text.AsSpan(start, end - start);
            at = name[0] == 'r' ? window.LastIndexOf(sought.Text) : window.IndexOf(sought.Text);
        }
        if (at < 0 && name.EndsWith("index", StringComparison.Ordinal))
            throw state.Error("substring not found");
        return new IntegerValue(at < 0 ? -1 : new TextValue(self.Text[..(start + at)]).Count, self.Origin | sought.Origin);
    }

    private static (int Start, int End) Window(TextValue self, TemplateValue? start, TemplateValue? end, RenderState state)
    {
        if (start is null)
            return (0, self.Size);
        var count = self.Count;
        var first = Bound(start, 0, count, state);
        var last = Bound(end, count, count, state);
        return first > count ? (self.Size + 1, self.Size) : first > last ? (1, 0) : (self.PlaceOf((int)first), self.PlaceOf((int)last));
    }

    private static BigInteger Bound(TemplateValue? value, int absent, int count, RenderState state)
    {
        if (value is null or NoneValue)
            return absent;
        if (!Numbers.IsInteger(value, out var bound))
            throw state.Error("slice indices must be integers or None or have an __index__ method");
        if (bound.Sign < 0)
            bound = BigInteger.Max(0, bound + count);
        return absent == 0 ? bound : BigInteger.Min(bound, count);
    }
}
