namespace Inkstone.Tokenizers;

/// <summary>
/// A <c>str</c>: text, where each character came from, and whether it is marked safe. Indices and lengths of templates count code
/// points as Python's do; those here count UTF-16 units unless they say otherwise. A concatenation is put together when it is read, so
/// that a text grown piece by piece costs its length once.
/// </summary>
internal sealed class TextValue : TemplateValue
{
    private const int JoinedAtOnce = 256;
    private readonly TextOrigin _origin;
    private string? _text;
    private OriginRun[]? _runs;
    private Concatenation? _parts;
    private int _count = -1;
    private int[]? _places;

    /// <summary>Text of one origin.</summary>
    public TextValue(string text, TextOrigin origin = TextOrigin.Template, bool isMarkup = false)
    {
        (_text, _origin, Size, IsMarkup) = (text, origin, text.Length, isMarkup);
    }

    /// <summary>Text of several origins.</summary>
    public TextValue(string text, OriginRun[] runs, bool isMarkup = false)
        : this(text, TextOrigin.Template, isMarkup)
    {
        _runs = runs;
        foreach (var run in runs)
            _origin |= run.Origin;
    }

    private TextValue(TextValue left, TextValue right, RenderState state)
    {
        _parts = new(left, right, state);
        Size = left.Size + right.Size;
        _origin = left._origin | right._origin;
    }

    /// <summary>No text.</summary>
    public static TextValue Empty { get; } = new("");

    /// <summary>How many UTF-16 units.</summary>
    public int Size { get; }

    /// <summary>Whether it is a Markup, which escapes what is joined to it.</summary>
    public bool IsMarkup { get; }

    /// <summary>The characters.</summary>
    public string Text
    {
        get
        {
            if (_text is null)
                Flatten();
            return _text!;
        }
    }

    /// <summary>The origins, or null where all is of one.</summary>
    public OriginRun[]? Runs
    {
        get
        {
            if (_text is null)
                Flatten();
            return _runs;
        }
    }

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override string Description => IsMarkup ? "markupsafe.Markup object" : "str object";

    /// <summary>All origins of its characters together.</summary>
    public override TextOrigin Origin => _origin;

    /// <summary>How many code points; a lone surrogate counts as one.</summary>
    public int Count
    {
        get
        {
            if (_count < 0)
            {
                var count = Size;
                var text = Text;
                for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF'); i >= 0 && i + 1 < text.Length; i++)
                {
                    if (char.IsSurrogatePair(text[i], text[i + 1]))
                        count--;
                }
                _count = count;
            }
            return _count;
        }
    }

    /// <summary>Two texts, one after the other.</summary>
    public static TextValue Concatenate(TextValue left, TextValue right, RenderState state)
    {
        if (left.Size == 0 || right.Size == 0)
            return left.Size == 0 ? right : left;
        state.CheckText((long)left.Size + right.Size);
        if (left.Size + right.Size > JoinedAtOnce)
            return new(left, right, state);
        var output = new TextBuilder(state);
        output.Append(left);
        output.Append(right);
        return output.ToText();
    }

    /// <summary>The run that holds a position.</summary>
    public int RunAt(int position)
    {
        var runs = Runs!;
        int low = 0, high = runs.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].End > position)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    /// <summary>Where the character at a position came from.</summary>
    public TextOrigin OriginAt(int position) => Runs is { } runs ? runs[RunAt(position)].Origin : _origin;

    /// <summary>The UTF-16 position of a code point.</summary>
    public int PlaceOf(int codePoint)
    {
        if (Count == Size)
            return codePoint;
        if (_places is null)
        {
            var text = Text;
            var places = new int[Count + 1];
            for (int i = 0, n = 0; i < text.Length; n++)
            {
                places[n] = i;
                i += i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            }
            places[^1] = text.Length;
            _places = places;
        }
        return _places[codePoint];
    }

    /// <summary>A part, in UTF-16 units; stays marked where this is.</summary>
    public TextValue Part(int start, int length, RenderState state)
    {
        if (length == Size)
            return this;
        if (length <= 0)
            return IsMarkup ? new("", TextOrigin.Template, true) : Empty;
        state.SpendText(length, 0);
        if (Runs is not { } runs)
            return new(Text.Substring(start, length), _origin, IsMarkup);
        var first = RunAt(start);
        var last = RunAt(start + length - 1);
        if (first == last)
            return new(Text.Substring(start, length), runs[first].Origin, IsMarkup);
        var kept = new OriginRun[last - first + 1];
        for (var i = first; i <= last; i++)
            kept[i - first] = new(Math.Min(runs[i].End, start + length) - start, runs[i].Origin);
        return new(Text.Substring(start, length), kept, IsMarkup);
    }

    /// <summary>The same characters, marked safe or not.</summary>
    public TextValue AsMarkup(bool isMarkup) =>
        isMarkup == IsMarkup ? this : Runs is { } runs ? new(Text, runs, isMarkup) : new(Text, _origin, isMarkup);

    /// <summary>The same characters with a flag added to every origin.</summary>
    public TextValue With(TextOrigin flag) => Size == 0 ? this
        : Runs is { } runs ? new(Text, Array.ConvertAll(runs, run => new OriginRun(run.End, run.Origin | flag)), IsMarkup)
        : new(Text, _origin | flag, IsMarkup);

    public override bool IsTrue(RenderState state) => Size > 0;

    public override int? Length(RenderState state) => Count;

    public override IEnumerable<TemplateValue> Iterate(RenderState state)
    {
        for (int i = 0, next; i < Size; i = next)
        {
            next = i + (i + 1 < Size && char.IsSurrogatePair(Text[i], Text[i + 1]) ? 2 : 1);
            yield return Part(i, next - i, state).AsMarkup(false);
        }
    }

    public override TemplateValue? Item(TemplateValue key, RenderState state)
    {
        if (!Numbers.IsInteger(key, out var index))
            return null;
        if (index < 0)
            index += Count;
        if (index < 0 || index >= Count)
            return null;
        var start = PlaceOf((int)index);
        return Part(start, PlaceOf((int)index + 1) - start, state);
    }

    public override TemplateValue? Attribute(string name, RenderState state) => TextMethods.Find(this, name);

    public override TemplateValue Slice(SliceBounds bounds, RenderState state)
    {
        var (start, step, count) = bounds.Over(Count, state);
        if (step == 1)
            return Part(PlaceOf(start), PlaceOf(start + count) - PlaceOf(start), state);
        var output = new TextBuilder(state);
        for (var i = 0; i < count; i++)
        {
            var place = PlaceOf(start + i * step);
            output.Append(this, place, PlaceOf(start + i * step + 1) - place);
        }
        return output.ToText().AsMarkup(IsMarkup);
    }

    public override void WriteText(TextBuilder output, RenderState state) => output.Append(this);

    public override TextValue ToText(RenderState state) => IsMarkup ? AsMarkup(false) : this;

    public override void WriteRepresentation(TextBuilder output, RenderState state) => TextRepresentation.Write(this, output);

    // Leaves are met from the right, because it is the left that is deep where a text was grown piece by piece.
    private void Flatten()
    {
        var state = _parts!.State;
        state.SpendText(Size, 0);
        var leaves = new List<TextValue>();
        var open = new Stack<TextValue>();
        open.Push(this);
        while (open.TryPop(out var value))
        {
            if (value._text is not null)
            {
                leaves.Add(value);
                continue;
            }
            open.Push(value._parts!.Left);
            open.Push(value._parts.Right);
        }
        leaves.Reverse();
        var output = new TextBuilder(state);
        foreach (var leaf in leaves)
            output.Append(leaf);
        var flat = output.ToText();
        _runs = flat._runs;
        _text = flat._text;
        _parts = null;
    }

    // What is put together when it is read.
    private sealed record Concatenation(TextValue Left, TextValue Right, RenderState State);
}
